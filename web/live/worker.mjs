// The thread in which Python runs. The page gives it all files; it never asks the network.

/** @import { Answer, Kind, Order, Start } from "./python.mjs" */

/**
 * What is used of Pyodide, and of run_cell.py through it.
 * @typedef {object} Pyodide
 * @property {{ mkdirTree(path: string): void, writeFile(path: string, data: Uint8Array): void,
 *   readFile(path: string): Uint8Array<ArrayBuffer>, unlink(path: string): void }} FS
 * @property {(archive: ArrayBuffer, format: string) => void} unpackArchive
 * @property {(code: string) => string} runPython
 * @property {(name: string) => RunCell} pyimport
 * @property {(value: object) => object} toPy
 *
 * @typedef {object} RunCell
 * @property {() => void} use_wide_integers
 * @property {(library: string, target: string) => Iterable<void>} compile_library
 * @property {(source: string, name: string, namespace: object | undefined,
 *   emit: (kind: Kind, text: string) => void) => string | undefined} run_cell
 */

const EVERY = 50; // ms between two messages while a cell prints
const MOST = 50_000; // characters that one run may show

/** @type {RunCell["run_cell"]} */
let runCell;
/** @type {object} */
let namespace;
/** @type {(() => Promise<void>) | undefined} */
let compileLater;

/** @param {Start} order */
async function start({ files, lock, library }) {
  const compiled = await kept(library);
  if (compiled) files.set("python_stdlib.zip", compiled);
  const file = (/** @type {string} */ name) => {
    const found = files.get(name);
    if (!found) throw new TypeError("live cells cannot reach the network");
    return found;
  };
  // Pyodide asks for its files by name.
  globalThis.fetch = async (wanted) => {
    const address = wanted instanceof Request ? wanted.url : String(wanted);
    return new Response(file(address.slice(address.lastIndexOf("/") + 1)));
  };
  let pyodide;
  try {
    pyodide = await load((name) => URL.createObjectURL(file(name)), lock);
  } catch (problem) {
    await forget(); // perhaps what was kept is broken: the next start fetches the library itself
    throw problem;
  }
  for (const wheel of ["numpy", "embedlib"]) {
    pyodide.unpackArchive(await file(wheel).arrayBuffer(), "wheel");
  }
  // run_cell imports IPython.lib.pretty, of which this is all that is needed.
  const { FS } = pyodide;
  const modules = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  FS.mkdirTree(`${modules}/IPython/lib`);
  const write = async (/** @type {string} */ name, /** @type {string} */ path) =>
    FS.writeFile(`${modules}/${path}`, new Uint8Array(await file(name).arrayBuffer()));
  await write("pretty.py", "IPython/lib/pretty.py");
  await write("run_cell.py", "run_cell.py");
  pyodide.runPython("import importlib; importlib.invalidate_caches()");
  const python = pyodide.pyimport("run_cell");
  python.use_wide_integers();
  runCell = python.run_cell;
  namespace = pyodide.toPy({ __name__: "__main__" });
  if (!compiled && globalThis.caches) compileLater = () => compileLibrary(pyodide, python, library);
}

/**
 * @param {(name: string) => string} address @param {object} lock
 * @returns {Promise<Pyodide>}
 */
async function load(address, lock) {
  const { loadPyodide } = await import(address("pyodide.mjs"));
  const { default: createPyodideModule } = await import(address("pyodide.asm.mjs"));
  return loadPyodide({
    createPyodideModule,
    indexURL: new URL("./", import.meta.url).href,
    lockFileContents: { info: lock, packages: {} },
  });
}

// --- the standard library as bytecode: a later visit starts in half the time --------------------

const KEPT = "nn-embedding-python"; // in the reader's browser; it never leaves it
const PAUSE = 40; // ms between two steps, in which a cell may run

/** @param {string} library */
async function kept(library) {
  try {
    const answer = await (await caches.open(KEPT)).match(library);
    return await answer?.blob();
  } catch {
    return undefined; // a browser that keeps nothing
  }
}

async function forget() {
  try {
    await caches.delete(KEPT);
  } catch {
    // nothing was kept
  }
}

/** @param {Pyodide} pyodide @param {RunCell} python @param {string} library */
async function compileLibrary(pyodide, python, library) {
  const target = "/lib/compiled.zip"; // in the memory of Python, as all its files
  const source = pyodide.runPython("import json; json.__loader__.archive");
  const steps = python.compile_library(source, target);
  for (const _ of steps) await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  await forget(); // that of an older Python
  await (await caches.open(KEPT)).put(library, new Response(pyodide.FS.readFile(target)));
  pyodide.FS.unlink(target);
}

/** @param {Answer} answer */
const say = (answer) => postMessage(answer);

// Collects what a cell prints, so that a loop that prints does not drown the page in messages.
class Outputs {
  constructor() {
    /** @type {[Kind, string][]} */
    this.parts = [];
    this.count = 0;
    this.sent = performance.now();
  }

  /** @param {Kind} kind @param {string} text */
  add(kind, text) {
    if (this.count > MOST) return;
    this.count += text.length;
    const last = this.parts.at(-1);
    if (last?.[0] === kind && kind.startsWith("std")) last[1] += text;
    else this.parts.push([kind, text]);
    const full = this.count > MOST;
    if (full) this.parts.push(["cut", ""]);
    if (full || performance.now() - this.sent > EVERY) this.send();
  }

  send() {
    if (this.parts.length) say({ outputs: this.parts });
    this.parts = [];
    this.sent = performance.now();
  }
}

let runs = 0;
/** @param {string} source */
function run(source) {
  const outputs = new Outputs();
  const missing = runCell(source, `<cell ${++runs}>`, namespace, (...part) => outputs.add(...part));
  outputs.send();
  return { missing };
}

onmessage = async (/** @type {MessageEvent<Order>} */ { data }) => {
  try {
    if (data.start) await start(data.start);
    say(data.run ? run(data.run.source) : { ready: true });
  } catch (problem) {
    say({ failed: String(problem) });
  }
  if (data.run) {
    compileLater?.().catch(() => {}); // a full disk, say: then a later visit takes its time
    compileLater = undefined;
  }
};
