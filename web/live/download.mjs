// Fetch the files that Python needs: with progress, again when the connection breaks, and only
// once, so that a Python that was stopped starts without the network. Each part is passed on as
// soon as it is here.

/** @import { Fetched } from "./edition.mjs" */

/**
 * What hears of the way: the page tells its reader.
 * @typedef {object} Report
 * @property {(done: number, all: number) => void} loading in bytes
 * @property {(n: number, most: number) => void} again which try begins, of how many
 * @property {() => void} starting
 */

/**
 * Takes what arrives. A file ends with a last part, which is empty, once it is known to be whole.
 * @typedef {(name: string, content: Blob | Uint8Array, last: boolean) => void} Take
 */

const PAUSES = [1_000, 3_000]; // ms before the second and the third try
const SILENCE = 30_000; // ms without a byte after which a try has failed

export class Unreachable extends Error {
  /** @param {boolean} late whether an answer took too long */
  constructor(late = false) {
    super("Python could not be loaded");
    this.late = late;
  }
}

/**
 * A whole file, unless the line falls silent.
 * @param {URL} address @param {RequestInit & { signal: AbortSignal }} options
 * @param {(count: number, part: Uint8Array<ArrayBuffer>) => void} each hears of each part
 */
export async function read(address, { signal, ...options }, each) {
  const silence = new AbortController();
  const late = () => silence.abort(new DOMException("no byte arrived", "TimeoutError"));
  let timer = setTimeout(late, SILENCE);
  try {
    const response = await fetch(address, { ...options, signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok || !response.body) throw new Error(`${address}: status ${response.status}`);
    const parts = [];
    let count = 0;
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(timer);
      timer = setTimeout(late, SILENCE);
      parts.push(value);
      count += value.length;
      each(count, value);
    }
    return { response, parts, count };
  } finally {
    clearTimeout(timer);
  }
}

export class Download {
  /** @param {Fetched[]} files */
  constructor(files) {
    this.files = files;
    this.size = 0;
    this.choose(files);
    /** @type {Map<string, Blob>} */
    this.have = new Map();
    /** @type {Map<string, number>} */
    this.arrived = new Map(); // bytes, also of files under way
  }

  /** @param {Fetched[]} files */
  choose(files) {
    this.files = files;
    this.size = files.reduce((sum, file) => sum + file.bytes, 0);
  }

  /**
   * All files. Each try begins anew, with the files that are here whole: what came of a connection
   * that broke is not to be trusted.
   * @param {Report} report @param {() => Take} begin
   */
  async all(report, begin) {
    const stopper = new AbortController();
    this.stopper = stopper;
    report.loading(this.#done(), this.size);
    for (let attempt = 1; ; attempt++) {
      const missing = this.files.filter(({ name }) => !this.have.has(name));
      const take = begin();
      for (const [name, content] of this.have) take(name, content, true);
      const tries = missing.map((file) => this.#fetch(file, stopper.signal, report, take));
      const results = await Promise.allSettled(tries);
      const failed = results.find((result) => result.status === "rejected");
      if (!failed) return;
      if (stopper.signal.aborted || attempt > PAUSES.length) {
        throw new Unreachable(failed.reason?.name === "TimeoutError");
      }
      report.again(attempt + 1, PAUSES.length + 1);
      await new Promise((resolve) => { setTimeout(resolve, PAUSES[attempt - 1]); });
    }
  }

  // What has arrived whole stays.
  pause() {
    this.stopper?.abort();
  }

  // Python did not start with it: perhaps it is broken.
  forget() {
    this.have.clear();
    this.arrived.clear();
  }

  /** @param {Fetched} file @param {AbortSignal} stop @param {Report} report @param {Take} take */
  async #fetch({ name, address, bytes }, stop, report, take) {
    try {
      const { parts, count } = await read(new URL(address, import.meta.url), { signal: stop }, (arrived, part) => {
        take(name, part, false);
        this.arrived.set(name, arrived);
        report.loading(this.#done(), this.size);
      });
      if (count !== bytes) throw new Error(`${address}: ${count} bytes instead of ${bytes}`);
      this.have.set(name, new Blob(parts, { type: typeOf(name) }));
      take(name, new Uint8Array(0), true);
    } catch (problem) {
      this.arrived.delete(name);
      throw problem;
    }
  }

  #done() {
    return [...this.arrived.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** @param {string} name */
function typeOf(name) {
  return name.endsWith(".mjs") ? "text/javascript" : "application/octet-stream";
}
