// The thread in which Python runs. The page gives it the files of the first Run, part by part as
// they arrive: it starts while the rest is under way. Only what a cell imports beyond them it
// fetches itself, while Python waits.

/** @import { Answer, Kind, Order, Part, Start } from "./python.mjs" */
/** @import { Unlzma } from "./unlzma.mjs" */

/**
 * What is used of Pyodide, and of run_cell.py and later.py through it.
 * @typedef {object} Pyodide
 * @property {{ mkdirTree(path: string): void, writeFile(path: string, data: Uint8Array): void }} FS
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

// Files one after the other, in one compressed stream: each can be had as soon as it has come.
class Pack {
  /** @param {[string, number][]} table @param {typeof Unlzma} Decoder */
  constructor(table, Decoder) {
    /** @type {Map<string, { from: number, end: number }>} */
    this.places = new Map();
    let from = 0;
    for (const [name, size] of table) {
      this.places.set(name, { from, end: from + size });
      from += size;
    }
    this.decoder = new Decoder(from);
    /** @type {{ end: number, resolve: () => void, reject: (problem: unknown) => void }[]} */
    this.waiting = [];
  }

  /** @param {Uint8Array} content */
  push(content, last = false) {
    if (this.problem) return;
    try {
      this.decoder.push(content, last);
    } catch (problem) {
      this.problem = problem;
    }
    for (const { end, resolve, reject } of this.waiting.splice(0)) {
      if (this.problem) reject(this.problem);
      else if (end <= this.decoder.at) resolve();
      else this.waiting.push({ end, resolve, reject });
    }
  }

  /** With what a visit before has decoded. @param {Uint8Array<ArrayBuffer>} content */
  fill(content) {
    this.decoder.out = content;
    this.decoder.at = content.length;
    this.waiting.splice(0).forEach(({ resolve }) => resolve());
    this.filled = true;
  }

  /** @param {string} name @returns {Promise<Uint8Array<ArrayBuffer>>} */
  async file(name) {
    const { from, end } = /** @type {{ from: number, end: number }} */ (this.places.get(name));
    if (this.problem) throw this.problem;
    if (end > this.decoder.at) {
      await new Promise((/** @type {(nothing: void) => void} */ resolve, reject) => {
        this.waiting.push({ end, resolve, reject });
      });
    }
    return this.decoder.out.subarray(from, end);
  }
}

/** @type {Map<string, Pack> | undefined} */
let packs;
/** @type {Answer["unpacked"]} */
let decoded;
/** @type {Part[]} */
const early = []; // parts that came before the decoder was there

/** @param {Part} part */
async function take(part) {
  if (!packs) early.push(part);
  else {
    const { name, content, last, unpacked } = part;
    const pack = packs.get(name); // before it waits for a Blob
    if (content instanceof Blob) {
      const bytes = new Uint8Array(await content.arrayBuffer());
      if (unpacked) pack?.fill(bytes);
      else pack?.push(bytes, last);
    } else pack?.push(content, last);
  }
}

/** @param {Start} order */
async function start({ unlzma, packs: contents, lock, later, brought, sentence, wasm }) {
  const { Unlzma: Decoder } = await import(URL.createObjectURL(unlzma ?? new Blob()));
  const made = new Map(contents.map(({ name, table }) => [name, new Pack(table, Decoder)]));
  packs = made;
  early.splice(0).forEach(take);
  const pyodide = await load([...made.values()], lock, wasm);
  for (const pack of made.values()) await unpack(pack, pyodide);
  packs = undefined; // their memory is free, but for what a later visit need not decode again
  const [large] = contents;
  const pack = made.get(large.name);
  if (pack && !pack.filled) decoded = { name: large.name, content: pack.decoder.out };
  pyodide.runPython("import importlib; importlib.invalidate_caches()");
  const python = pyodide.pyimport("run_cell");
  python.use_wide_integers();
  pyodide.pyimport("later").install((name) => bring(name, later, brought), sentence);
  runCell = python.run_cell;
  namespace = pyodide.toPy({ __name__: "__main__" });
}

/**
 * @param {Pack[]} all @param {object} lock @param {string | undefined} wasm where it is by itself
 * @returns {Promise<Pyodide>}
 */
async function load(all, lock, wasm) {
  const { fetch } = globalThis;
  const file = async (/** @type {string} */ name, /** @type {string} */ type) => {
    const pack = all.find(({ places }) => places.has(name));
    if (!pack) throw new TypeError("live cells cannot reach the network");
    return new Blob([await pack.file(name)], { type });
  };
  // Pyodide asks for its files by name.
  globalThis.fetch = async (wanted) => {
    const address = wanted instanceof Request ? wanted.url : String(wanted);
    const isWasm = address.endsWith(".wasm");
    const kept = isWasm && wasm && await fetch(wasm).catch(() => undefined);
    if (kept && kept.ok) return kept;
    const type = isWasm ? "application/wasm" : "application/octet-stream";
    return new Response(await file(address.slice(address.lastIndexOf("/") + 1), type));
  };
  const script = async (/** @type {string} */ name) =>
    import(URL.createObjectURL(await file(name, "text/javascript")));
  const { loadPyodide } = await script("pyodide.mjs");
  const { default: createPyodideModule } = await script("pyodide.asm.mjs");
  return loadPyodide({
    createPyodideModule,
    indexURL: "https://files.invalid/", // before their names: none is fetched
    lockFileContents: { info: lock, packages: {} },
  });
}

const BELOW = "modules/"; // in a pack: what belongs beside Python's own library

/** @param {Pack} pack @param {Pyodide} pyodide */
async function unpack(pack, { FS, runPython }) {
  const target = runPython("import sysconfig; sysconfig.get_path('purelib')");
  const made = new Set();
  for (const name of pack.places.keys()) {
    if (!name.startsWith(BELOW)) continue;
    const path = `${target}/${name.slice(BELOW.length)}`;
    const folder = path.slice(0, path.lastIndexOf("/"));
    const content = await pack.file(name);
    if (!made.has(folder)) FS.mkdirTree(folder);
    made.add(folder);
    FS.writeFile(path, content);
  }
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
    if (data.part) await take(data.part);
    else if (data.run) {
      say(run(data.run.source));
      if (decoded) postMessage({ unpacked: decoded }, [decoded.content.buffer]);
      decoded = undefined;
    }
    else if (data.start) {
      await start(data.start);
      say({ ready: true });
    }
  } catch (problem) {
    say({ failed: String(problem) });
  }
};
