// The page's Python without a page: node run.mjs PYODIDE EDITION WORK. It starts as worker.mjs
// starts it, from the same files, and runs WORK/main.py.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [folder, edition, work] = process.argv.slice(2);

async function start() {
  const { default: { lock, later } } = await import(pathToFileURL(edition).href);
  const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
  const pyodide = await loadPyodide({
    indexURL: `${folder}/`,
    lockFileContents: { info: lock, packages: {} },
  });
  const modules = await readFile(`${folder}/modules.zip`);
  const extractDir = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  pyodide.unpackArchive(new Uint8Array(modules).buffer, "zip", { extractDir });
  pyodide.runPython("import importlib; importlib.invalidate_caches()");
  pyodide.pyimport("later").install((name) => bring(name, later), "{name} is not here");
  pyodide.FS.mkdirTree("/work");
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: work }, "/work");
  pyodide.runPython("import sys; sys.path.insert(0, '/work')");
  return pyodide;
}

// What worker.mjs fetches when an import asks for it.
function bring(name, later) {
  const { address } = later.find((archive) => archive.name === name);
  return new Uint8Array(readFileSync(new URL(address.split("?")[0], pathToFileURL(edition))));
}

try {
  (await start()).pyimport("main").main();
} catch (problem) { // its text alone: beside it Node shows the line that threw it, all of Pyodide
  console.error(problem.message);
  process.exit(1);
}
