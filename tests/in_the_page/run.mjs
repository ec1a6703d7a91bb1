// The page's Python without a page: node run.mjs PYODIDE EDITION WORK. It starts from the same packs
// as worker.mjs, and runs WORK/main.py.
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

import { Unlzma } from "../../web/live/unlzma.mjs";

const [folder, edition, work] = process.argv.slice(2);

// All files of the first Run, by their names.
async function files({ packs }) {
  const found = new Map();
  for (const { name, table } of packs) {
    const decoder = new Unlzma(table.reduce((sum, [, size]) => sum + size, 0));
    decoder.push(await readFile(join(folder, name)), true);
    let at = 0;
    for (const [file, size] of table) found.set(file, Buffer.from(decoder.out.subarray(at, at += size)));
  }
  return found;
}

// Pyodide reads its own files from a folder.
async function load(found, { lock }) {
  const own = await mkdtemp(join(tmpdir(), "pyodide-"));
  try {
    for (const [name, content] of found)
      if (!name.startsWith("modules/")) await writeFile(join(own, name), content);
    const { loadPyodide } = await import(pathToFileURL(join(own, "pyodide.mjs")).href);
    return await loadPyodide({
      indexURL: `${own}/`,
      lockFileContents: { info: lock, packages: {} },
    });
  } finally {
    await rm(own, { recursive: true });
  }
}

async function start() {
  const { default: about } = await import(pathToFileURL(edition).href);
  const found = await files(about);
  const pyodide = await load(found, about);
  const { FS } = pyodide;
  const target = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  for (const [name, content] of found) {
    if (!name.startsWith("modules/")) continue;
    const path = `${target}/${name.slice("modules/".length)}`;
    FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    FS.writeFile(path, content);
  }
  pyodide.runPython("import importlib; importlib.invalidate_caches()");
  pyodide.pyimport("later").install((name) => bring(name, about), "{name} is not here");
  FS.mkdirTree("/work");
  FS.mount(FS.filesystems.NODEFS, { root: work }, "/work");
  pyodide.runPython("import sys; sys.path.insert(0, '/work')");
  return pyodide;
}

// What worker.mjs fetches when an import asks for it.
function bring(name, { later }) {
  const { address } = later.find((archive) => archive.name === name);
  return new Uint8Array(readFileSync(new URL(address.split("?")[0], pathToFileURL(edition))));
}

try {
  (await start()).pyimport("main").main();
} catch (problem) { // its text alone: beside it Node shows the line that threw it, all of Pyodide
  console.error(problem.message);
  process.exit(1);
}
