// Python in a worker: fetched with patience, started, asked to run cells, stopped.
import { Download, Unreachable } from "./download.mjs";

export { Unreachable };
export class Stopped extends Error {}

const LIMIT = 180_000; // ms that Python may take to arrive and to start

export class Python {
  constructor(edition) {
    this.lock = edition.lock;
    const { address } = edition.files.find(({ name }) => name === "python_stdlib.zip");
    this.library = new URL(address, import.meta.url).href; // changes with its content
    this.download = new Download(edition.files);
  }

  get isReady() {
    return Boolean(this.ready);
  }

  // A stop may come at any time: whoever waits for Python then hears of it.
  #untilStopped(promise) {
    return Promise.race([promise, new Promise((_, reject) => { this.abort = reject; })]);
  }

  async start(report) {
    const limit = setTimeout(() => this.abort(new Unreachable(true)), LIMIT);
    try {
      const files = await this.#untilStopped(this.download.all(report));
      report.starting();
      this.worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
      const ready = this.#answer(() => {});
      this.worker.postMessage({ start: { files, lock: this.lock, library: this.library } });
      await this.#untilStopped(ready);
      this.ready = true;
    } catch (problem) {
      this.#end();
      throw problem;
    } finally {
      clearTimeout(limit);
    }
  }

  // Run a cell; resolves to what the worker says at its end.
  async run(source, show) {
    const answer = this.#answer(({ outputs }) => {
      for (const [kind, text] of outputs) show(kind, text);
    });
    this.worker.postMessage({ run: { source } });
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

  #answer(onOutput) {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) => {
        if (data.outputs) onOutput(data);
        else if (data.failed) reject(new Error(data.failed));
        else resolve(data);
      };
      this.worker.onerror = (event) => {
        event.preventDefault();
        reject(event.message ? new Error(event.message) : new Unreachable());
      };
    });
  }

  #end() {
    this.worker?.terminate();
    this.worker = undefined;
    this.ready = false;
    this.download.pause();
  }
}
