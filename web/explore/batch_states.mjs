// A text cut into two batches, and a step of SGD after each: what emb-batch shows in each state.
// No page is needed here: tests compare it with torch's in Node.
import { short } from "./numbers.mjs";

export const TEXTS = ["abacadad", "aaaabbcd", "abcdabcd"];
export const ROWS = "abcd";
export const PLACES = 8;
export const RATES = [0.125, 0.25, 0.5];
/** @type {Record<string, number[]>} */
export const UPSTREAM = { ones: new Array(PLACES).fill(1), mixed: [1, 0.5, 2, 1, 0.5, 1.5, 1, 2] };

/**
 * border: how many places are in the first batch; lr: which of RATES; step: how many batches have
 * had their step; scaled: whether the flag's way is shown, too.
 * @typedef {{ text: string, upstream: string, border: number, lr: number, step: number,
 *   scaled: boolean, sparse: boolean }} State
 */

/** @type {State} */
export const START = {
  text: TEXTS[0], upstream: "ones", border: 5, lr: 1, step: 0, scaled: true, sparse: false,
};

/**
 * How often each row occurs in the places from one to another, and the gradient it gets.
 * @param {string} text @param {number[]} upstream @param {number} from @param {number} to
 */
function batch(text, upstream, from, to) {
  const count = [...ROWS].map(() => 0);
  for (let place = from; place < to; place++) count[ROWS.indexOf(text[place])] += 1;
  const plain = count.map(() => 0), scaled = count.map(() => 0);
  for (let place = from; place < to; place++) {
    const row = ROWS.indexOf(text[place]);
    plain[row] += upstream[place];
    scaled[row] += upstream[place] / count[row];
  }
  return { count, plain, scaled };
}

/**
 * The two batches, and what each row has received from the first ones.
 * @param {State} state
 */
export function run({ text, upstream, border, step }) {
  const batches = [batch(text, UPSTREAM[upstream], 0, border), batch(text, UPSTREAM[upstream], border, PLACES)];
  const sum = (/** @type {"plain" | "scaled"} */ way) => [...ROWS].map((_, row) =>
    batches.slice(0, step).reduce((total, one) => total + one[way][row], 0));
  return { batches, plain: sum("plain"), scaled: sum("scaled") };
}

/**
 * Where the rows are after the steps so far, and where one step on the whole text would leave them.
 * @param {State} state
 */
export function rows(state) {
  const { plain, scaled } = run(state), whole = run({ ...state, border: PLACES, step: 1 });
  const after = (/** @type {number[]} */ received) => received.map((sum) => 0 - RATES[state.lr] * sum);
  return { plain: after(plain), scaled: after(scaled), whole: after(whole.scaled) };
}

/**
 * All that can be read in a state.
 * @param {State} state
 */
export function view(state) {
  const { text, upstream, border, step, scaled, sparse } = state;
  const { batches, ...received } = run(state), after = rows(state);
  const whole = run({ ...state, border: PLACES, step: 1 });
  /** @param {number} n @param {"plain" | "scaled"} way */
  const grads = (n, way) => batches[n][way].map((g, row) =>
    (n >= step || (sparse && !batches[n].count[row]) ? "" : short(g)));
  const places = {
    count: `${batches[0].count[0]}`,
    plain: short(received.plain[0]),
    scaled: short(received.scaled[0]),
    places: `${border}`,
  };
  const moved = [...ROWS].filter((_, n) => Math.abs(after.scaled[n] - after.whole[n]) >= 1e-9);
  const first = ROWS.indexOf(moved[0]);
  /** @type {[string, Record<string, string>]} */
  let said = ["nothing", {}];
  if (step === 1 && border === 0) said = ["empty", {}];
  else if (step === 1) {
    const { count, plain, scaled: mean, places: n } = places;
    said = scaled ? ["first", { count, plain, scaled: mean, places: n }] : ["first_plain", { count, plain, places: n }];
  } else if (step === 2) {
    const { plain, scaled: mean } = places;
    said = !scaled ? ["end_plain", { plain }]
      : moved.length ? ["end_cut", {
        row: moved[0],
        plain: short(received.plain[first]),
        scaled: short(received.scaled[first]),
        whole: short(whole.scaled[first]),
        moved: moved.join(" "),
      }] : [border % PLACES ? "end_alike" : "end_whole", { plain, scaled: mean }];
  }
  return {
    letters: [...text],
    upstream: UPSTREAM[upstream].map(short),
    counts: batches.map(({ count }) => count.map(String)),
    plain: [grads(0, "plain"), grads(1, "plain")],
    scaled: scaled ? [grads(0, "scaled"), grads(1, "scaled")] : [],
    after: { plain: after.plain.map(short), scaled: scaled ? after.scaled.map(short) : [] },
    moved: scaled && step === 2 ? moved : [],
    said,
  };
}
