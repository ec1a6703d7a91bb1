// Python in a worker: fetched with patience, started, asked to run cells, stopped.
import { Download, Unreachable } from "./download.mjs";

/** @import { Edition } from "./edition.mjs" */
/** @import { Report } from "./download.mjs" */

/**
 * What page and worker say to each other.
 * @typedef {"stdout" | "stderr" | "result" | "picture" | "error" | "cut"} Kind of an output
 * @typedef {object} Start
 * @property {Map<string, Blob>} files by name
 * @property {object} lock
 * @property {Edition["later"]} later what an import may ask for
 * @property {Map<string, Blob>} brought what imports asked for already
 * @property {string} sentence where it cannot be had
 *
 * @typedef {{ start: Start, run?: undefined } | { start?: undefined, run: { source: string } }} Order
 * @typedef {object} Answer one of these
 * @property {[Kind, string][]} [outputs] more may follow
 * @property {string} [failed]
 * @property {boolean} [ready] it has started
 * @property {{ name: string, content: Blob }} [brought] an import asked for it; more follows
 * @property {string} [missing] the run has ended, and wanted a module that is not here
 */

export { Unreachable };
export class Stopped extends Error {}

const LIMIT = 180_000; // ms that Python may take to arrive and to start

/** From what was fetched, so that it starts again without the network. @param {Start["files"]} files */
function workerOf(files) {
  const script = URL.createObjectURL(files.get("worker.mjs") ?? new Blob());
  return new Worker(script, { type: "module" });
}

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
    this.download = new Download(edition.files);
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
      const files = await this.#untilStopped(this.download.all(report));
      report.starting();
      this.worker = workerOf(files);
      const { lock, later, words } = this.edition;
      const order = { files, lock, later: later.map(whole), brought: this.brought, sentence: words.later };
      await this.#untilStopped(this.#ask({ start: order }, () => {}));
      this.ready = true;
    } catch (problem) {
      this.#end();
      throw problem;
    } finally {
      clearTimeout(limit);
    }
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
        else if (data.failed) reject(new Error(data.failed));
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
