// What the letters' modules compute, a question a line: [name, ...arguments].
import process from "node:process";
import { createInterface } from "node:readline";
import { generator } from "../../web/explore/letters_batches.mjs";
import * as letters from "../../web/explore/letters_states.mjs";

/** @type {{ [name: string]: (...given: any[]) => unknown }} */
const answers = {
  /** Each letter's places at every tenth step of a run, after letters were carried. */
  async path(state) {
    await letters.need(state);
    const found = [];
    const step = letters.end(state);
    for (let letter = 0; letter < letters.ABC.length; letter++) {
      found.push(letters.trail({ ...state, step, letter }));
    }
    return found;
  },
  async start(seed) {
    await letters.need({ ...letters.START, seed });
    return [...letters.table(seed).p];
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
    const [m, v] = [new Float64Array(p.length), new Float64Array(p.length)];
    const model = { p: Float64Array.from(p), m, v };
    grads.forEach((/** @type {number[]} */ grad, /** @type {number} */ n) =>
      letters.change(model, Float64Array.from(grad), how, n + 1));
    return [...model.p];
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...given] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await answers[name](...given))}\n`);
}
