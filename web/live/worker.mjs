// The thread in which Python runs. The page gives it the files of the first Run; only what a cell
// imports beyond them it fetches itself, while Python waits.

/** @import { Answer, Kind, Order, Start } from "./python.mjs" */

/**
 * What is used of Pyodide, and of run_cell.py and later.py through it.
 * @typedef {object} Pyodide
 * @property {(archive: ArrayBuffer, format: string, options: { extractDir: string }) => void} unpackArchive
 * @property {(code: string) => string} runPython
 * @property {(name: string) => RunCell & Later} pyimport
 * @property {(value: object) => object} toPy
 *
 * @typedef {object} RunCell
 * @property {() => void} use_wide_integers
 * @property {(source: string, name: string, namespace: object | undefined,
 *   emit: (kind: Kind, text: string) => void) => string | undefined} run_cell
 *
 * @typedef {object} Later
 * @property {(bring: (name: string) => Uint8Array | undefined, sentence: string) => void} install
 */

const EVERY = 50; // ms between two messages while a cell prints
const MOST = 50_000; // characters that one run may show
const LIMIT = 120_000; // ms that an archive may take which an import asks for

/** @type {RunCell["run_cell"]} */
let runCell;
/** @type {object} */
let namespace;

/** @param {Start} order */
async function start({ files, lock, later, brought, sentence }) {
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
  const pyodide = await load((name) => URL.createObjectURL(file(name)), lock);
  const modules = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  const content = await file("modules.zip").arrayBuffer();
  pyodide.unpackArchive(content, "zip", { extractDir: modules });
  pyodide.runPython("import importlib; importlib.invalidate_caches()");
  const python = pyodide.pyimport("run_cell");
  python.use_wide_integers();
  pyodide.pyimport("later").install((name) => bring(name, later, brought), sentence);
  runCell = python.run_cell;
  namespace = pyodide.toPy({ __name__: "__main__" });
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
    indexURL: "https://files.invalid/", // before their names: none is fetched
    lockFileContents: { info: lock, packages: {} },
  });
}

/**
 * An archive that an import asks for: fetched while Python waits, and kept by the page, so that a
 * Python which was stopped has it without the network.
 * @param {string} name @param {Start["later"]} later @param {Start["brought"]} brought
 */
function bring(name, later, brought) {
  const kept = brought.get(name);
  if (kept) return new Uint8Array(new FileReaderSync().readAsArrayBuffer(kept));
  const found = later.find((archive) => archive.name === name);
  if (!found) return undefined;
  const request = new XMLHttpRequest();
  request.open("GET", found.address, false);
  request.responseType = "arraybuffer";
  request.timeout = LIMIT;
  try {
    request.send();
  } catch {
    return undefined; // the connection broke
  }
  if (request.status !== 200 || request.response.byteLength !== found.bytes) return undefined;
  say({ brought: { name, content: new Blob([request.response]) } });
  return new Uint8Array(request.response);
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
};
