// Python in a worker: fetched with patience, started, asked to run cells, stopped.
import { Download, Unreachable } from "./download.mjs";

/** @import { Edition } from "./edition.mjs" */
/** @import { Report } from "./download.mjs" */

/**
 * What page and worker say to each other.
 * @typedef {"stdout" | "stderr" | "result" | "picture" | "error" | "cut"} Kind of an output
 * @typedef {{ files: Map<string, Blob>, lock: object, library: string }} Start
 * @typedef {{ start: Start, run?: undefined } | { start?: undefined, run: { source: string } }} Order
 * @typedef {object} Answer one of these
 * @property {[Kind, string][]} [outputs] more may follow
 * @property {string} [failed]
 * @property {boolean} [ready] it has started
 * @property {string} [missing] the run has ended, and wanted a module that is not here
 */

export { Unreachable };
export class Stopped extends Error {}

const LIMIT = 180_000; // ms that Python may take to arrive and to start

export class Python {
  /** @type {Worker | undefined} */
  worker;

  /** @type {((why: Error) => void) | undefined} */
  abort;

  /** @param {Edition} edition */
  constructor(edition) {
    this.lock = edition.lock;
    const library = edition.files.find(({ name }) => name === "python_stdlib.zip");
    this.library = new URL(library?.address ?? "", import.meta.url).href; // changes with its content
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
      this.worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
      const ready = this.#ask({ start: { files, lock: this.lock, library: this.library } }, () => {});
      await this.#untilStopped(ready);
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
