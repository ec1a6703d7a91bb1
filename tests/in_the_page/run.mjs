// The page's Python without a page: node run.mjs PYODIDE EDITION WORK. It starts as worker.mjs
// starts it, from the same files, and runs WORK/main.py.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [folder, edition, work] = process.argv.slice(2);

async function start() {
  const { default: { lock, files } } = await import(pathToFileURL(edition).href);
  const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
  const pyodide = await loadPyodide({
    indexURL: `${folder}/`,
    lockFileContents: { info: lock, packages: {} },
  });
  const { address } = files.find(({ name }) => name === "numpy");
  const wheel = await readFile(new URL(address.split("?")[0], pathToFileURL(edition)));
  pyodide.unpackArchive(new Uint8Array(wheel).buffer, "wheel");
  pyodide.FS.mkdirTree("/work");
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: work }, "/work");
  pyodide.runPython("import sys; sys.path.insert(0, '/work')");
  return pyodide;
}

try {
  (await start()).pyimport("main").main();
} catch (problem) { // its text alone: beside it Node shows the line that threw it, all of Pyodide
  console.error(problem.message);
  process.exit(1);
}
