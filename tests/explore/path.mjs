// What the letters' modules compute, a question a line: [name, ...arguments].
import process from "node:process";
import { createInterface } from "node:readline";
import { generator } from "../../web/explore/letters_batches.mjs";
import * as letters from "../../web/explore/letters_states.mjs";

/** @type {{ [name: string]: (...given: any[]) => unknown }} */
const answers = {
  /** The table at every tenth step of a run, after letters were carried. */
  async path(state) {
    await letters.need(state);
    const found = [];
    for (let step = 0; step <= letters.end(state); step += letters.EVERY) {
      found.push([...letters.now({ ...state, step }).slice(0, 2 * letters.ABC.length)]);
    }
    return found;
  },
  async start(seed) {
    await letters.need({ ...letters.START, seed });
    return [...letters.table(seed)];
  },
  softmax(scores) {
    const chances = Float64Array.from(scores);
    const log = letters.softmax(chances);
    return [[...chances], log];
  },
  words(seed, many) {
    const next = generator(seed);
    return Array.from({ length: many }, () => next());
  },
  change(how, p, grads) {
    const model = { p: Float64Array.from(p), m: new Float64Array(p.length), v: new Float64Array(p.length) };
    grads.forEach((/** @type {number[]} */ grad, /** @type {number} */ n) =>
      letters.change(model, Float64Array.from(grad), how, n + 1));
    return [...model.p];
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...given] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await answers[name](...given))}\n`);
}
