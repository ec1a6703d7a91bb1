// Python in a worker: fetched with patience, started, asked to run cells, stopped.
import { Download, Unreachable } from "./download.mjs";
import { apart, forget, keep, kept } from "./kept.mjs";

/** @import { Edition } from "./edition.mjs" */
/** @import { Report, Take } from "./download.mjs" */

/**
 * What page and worker say to each other.
 * @typedef {"stdout" | "stderr" | "result" | "picture" | "error" | "cut"} Kind of an output
 * @typedef {object} Start
 * @property {Blob | undefined} unlzma the script
 * @property {Edition["packs"]} packs which come part by part
 * @property {object} lock
 * @property {Edition["later"]} later what an import may ask for
 * @property {Map<string, Blob>} brought what imports asked for already
 * @property {string | undefined} wasm where it is kept by itself
 * @property {string} sentence where it cannot be had
 *
 * @typedef {object} Part of a pack
 * @property {string} name
 * @property {Blob | Uint8Array<ArrayBufferLike>} content
 * @property {boolean} last
 * @property {boolean} [unpacked] it was decoded at a visit before
 * @typedef {object} Order one of these
 * @property {Start} [start]
 * @property {Part} [part]
 * @property {{ source: string }} [run]
 * @typedef {object} Answer one of these
 * @property {[Kind, string][]} [outputs] more may follow
 * @property {string} [failed]
 * @property {boolean} [ready] it has started
 * @property {{ name: string, content: Blob }} [brought] an import asked for it; more follows
 * @property {{ name: string, content: Uint8Array<ArrayBuffer> }} [unpacked] to be kept
 * @property {string} [missing] the run has ended, and wanted a module that is not here
 */

export { Unreachable };
export class Stopped extends Error {}

const LIMIT = 180_000; // ms that Python may take to arrive and to start

/**
 * With a whole address: the worker, made of a Blob, does not know from where it came.
 * @param {Edition["later"][number]} file
 */
function whole(file) {
  return { ...file, address: new URL(file.address, import.meta.url).href };
}

export class Python {
  /** @type {Worker | undefined} */
  worker;

  /** @type {((why: Error) => void) | undefined} */
  abort;

  /** @param {Edition} edition */
  constructor(edition) {
    this.edition = edition;
    /** @type {Start["brought"]} */
    this.brought = new Map();
    /** @type {Map<string, Blob>} */
    this.unpacked = new Map();
    this.download = new Download([...edition.scripts, ...edition.packs]);
  }

  get isReady() {
    return Boolean(this.ready);
  }

  /**
   * A stop may come at any time: whoever waits for Python then hears of it.
   * @template Result
   * @param {Promise<Result>} promise
   * @returns {Promise<Result>}
   */
  #untilStopped(promise) {
    return Promise.race([promise, new Promise((_, reject) => { this.abort = reject; })]);
  }

  /** @param {Report} report */
  async start(report) {
    const limit = setTimeout(() => this.abort?.(new Unreachable(true)), LIMIT);
    try {
      await this.#untilStopped(this.#remember());
      await this.#untilStopped(this.download.all(report, () => this.#begin()));
      report.starting();
      await this.#untilStopped(Promise.resolve(this.starting));
      this.ready = true;
    } catch (problem) {
      this.#end();
      if (!(problem instanceof Stopped || problem instanceof Unreachable)) await this.#forget();
      throw problem;
    } finally {
      clearTimeout(limit);
    }
  }

  /** What a visit before has kept is not fetched. */
  async #remember() {
    const [large] = this.edition.packs;
    if (this.unpacked.has(large.name) || this.download.have.has(large.name)) return;
    const size = large.table.reduce((sum, [, bytes]) => sum + bytes, 0);
    const content = await kept(whole(large).address, size);
    if (content) {
      this.unpacked.set(large.name, content);
      this.wasm = await this.#wasmOf(large, content);
    }
    this.#choose();
  }

  /** @param {Edition["packs"][number]} pack @param {Blob} content */
  #wasmOf(pack, content) {
    const number = pack.table.findIndex(([name]) => name.endsWith(".wasm"));
    const [name, bytes] = pack.table[number];
    const from = pack.table.slice(0, number).reduce((sum, [, before]) => sum + before, 0);
    const address = whole(pack).address.replace(pack.name, name);
    return apart(address, content.slice(from, from + bytes));
  }

  // Python did not start with what is here: perhaps it is broken.
  async #forget() {
    this.unpacked.clear();
    this.wasm = undefined;
    this.#choose();
    this.download.forget();
    await forget();
  }

  #choose() {
    const packs = this.edition.packs.filter(({ name }) => !this.unpacked.has(name));
    this.download.choose([...this.edition.scripts, ...packs]);
  }

  /**
   * A new worker, which starts as soon as its scripts are here, and takes the packs as they come.
   * @returns {Take}
   */
  #begin() {
    this.worker?.terminate();
    this.worker = undefined;
    /** @type {Part[]} */
    const early = []; // earlier than the scripts
    for (const [name, content] of this.unpacked)
      early.push({ name, content, last: true, unpacked: true });
    const [worker, unlzma] = this.edition.scripts;
    return (name, content, last) => {
      const { have } = this.download;
      if (name === worker.name || name === unlzma.name) {
        const script = have.get(worker.name);
        if (this.worker || !script || !have.has(unlzma.name)) return;
        // From what was fetched, so that it starts again without the network.
        this.worker = new Worker(URL.createObjectURL(script), { type: "module" });
        this.starting = this.#ask({ start: this.#order(have.get(unlzma.name)) }, () => {});
        this.starting.catch(() => {}); // it is heard when everything is here
        for (const part of early) this.worker.postMessage({ part });
      } else if (this.worker) this.worker.postMessage({ part: { name, content, last } });
      else early.push({ name, content, last });
    };
  }

  /** @param {Blob | undefined} unlzma @returns {Start} */
  #order(unlzma) {
    const { packs, lock, later, words } = this.edition;
    return {
      unlzma, packs, lock, later: later.map(whole), brought: this.brought, sentence: words.later,
      wasm: this.wasm,
    };
  }

  /**
   * Run a cell; resolves to what the worker says at its end.
   * @param {string} source @param {(kind: Kind, text: string) => void} show
   */
  async run(source, show) {
    const answer = this.#ask({ run: { source } }, show);
    try {
      return await this.#untilStopped(answer);
    } catch (problem) {
      this.#end();
      throw problem;
    }
  }

  stop() {
    this.#end();
    this.abort?.(new Stopped());
  }

  /**
   * @param {Order} order @param {(kind: Kind, text: string) => void} show
   * @returns {Promise<Answer>}
   */
  #ask(order, show) {
    return new Promise((resolve, reject) => {
      if (!this.worker) throw new Error("Python has not started");
      this.worker.onmessage = (/** @type {MessageEvent<Answer>} */ { data }) => {
        if (data.outputs) data.outputs.forEach((output) => show(...output));
        else if (data.brought) this.brought.set(data.brought.name, data.brought.content);
        else if (data.unpacked) {
          const { name, content } = data.unpacked;
          const pack = this.edition.packs.find((other) => other.name === name);
          if (pack) keep(whole(pack).address, content);
        } else if (data.failed) reject(new Error(data.failed));
        else resolve(data);
      };
      this.worker.onerror = (event) => {
        event.preventDefault();
        reject(event.message ? new Error(event.message) : new Unreachable());
      };
      this.worker.postMessage(order);
    });
  }

  #end() {
    this.worker?.terminate();
    this.worker = undefined;
    this.ready = false;
    this.download.pause();
  }
}
