// Pyodide as it was fetched, with a whole wheel: node stock.mjs PYODIDE WHEEL GIVEN. It prints what
// attempt(names) returns; GIVEN is JSON of the code that defines it, and of the names.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [folder, wheel, given] = process.argv.slice(2);
const { code, names } = JSON.parse(await readFile(given, "utf8"));
const { info } = JSON.parse(await readFile(`${folder}/pyodide-lock.json`, "utf8"));
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const pyodide = await loadPyodide({
  indexURL: `${folder}/`,
  lockFileContents: { info, packages: {} },
});
pyodide.unpackArchive(new Uint8Array(await readFile(wheel)).buffer, "wheel");
pyodide.runPython(code);
console.log(pyodide.globals.get("attempt")(pyodide.toPy(names))); // eslint-disable-line no-console
