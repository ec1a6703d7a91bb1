// One number of a row, visited twice at most, under five optimizers: what emb-row shows in each
// state. No page is needed here: tests compare it with torch's in Node.
import { short, show } from "./numbers.mjs";

export const STEPS = 60;
/** What the controls can be set to. */
export const GRID = {
  optimizer: ["SGD", "Adagrad", "Adam", "AdamW", "SparseAdam"],
  lr: [0.01, 0.05, 0.1],
  momentum: [0, 0.5, 0.9],
  betas: ["0.9, 0.999", "0.5, 0.999", "0.0, 0.999", "0.9, 0.9"],
  decay: [0, 0.01, 0.1],
  visit: [1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50],
};

/** Options that an optimizer has not, by their names in torch, and what stands for them here. */
const WITHOUT = { momentum: { momentum: 0 }, betas: { betas: "0.9, 0.999" }, weight_decay: { decay: 0 } };
/** @type {Record<string, (keyof typeof WITHOUT)[]>} */
export const REFUSED = {
  SGD: ["betas"],
  Adagrad: ["momentum", "betas"],
  Adam: ["momentum"],
  AdamW: ["momentum"],
  SparseAdam: ["momentum", "weight_decay"],
};

/**
 * first, last: the steps that have the row in their batch (one, where they are the same), with the
 * gradient 1; step: how many have been done.
 * @typedef {{ optimizer: string, lr: number, momentum: number, betas: string, decay: number,
 *   first: number, last: number, step: number }} State
 */

/** @type {State} Chapter 8's number, just pushed. */
export const START = {
  optimizer: "Adam", lr: 0.1, momentum: 0, betas: "0.9, 0.999", decay: 0, first: 1, last: 1, step: 1,
};

/**
 * A state without the options that its optimizer refuses.
 * @param {State} state
 * @returns {State}
 */
export const allowed = (state) =>
  Object.assign({ ...state }, ...REFUSED[state.optimizer].map((name) => WITHOUT[name]));

/**
 * The number after each step, and what the optimizer keeps, under torch's names.
 * @param {State} state
 */
export function run({ optimizer, lr, momentum, betas, decay, first, last }) {
  const [beta1, beta2] = betas.split(", ").map(Number);
  const sparse = optimizer === "SparseAdam", decoupled = optimizer === "AdamW";
  const path = [1];
  /** @type {Record<string, number[]>} */
  const kept = optimizer === "Adagrad" ? { sum: [0] }
    : optimizer !== "SGD" ? { exp_avg: [0], exp_avg_sq: [0] }
    : momentum ? { momentum_buffer: [0] } : {};
  for (let t = 1; t <= STEPS; t++) {
    const visited = t === first || t === last;
    let w = path[t - 1], g = visited ? 1 : 0;
    if (decoupled) w *= 1 - lr * decay;
    else g += decay * w;
    if (optimizer === "SGD") {
      if (momentum) g = kept.momentum_buffer[t] = momentum * kept.momentum_buffer[t - 1] + g;
      w -= lr * g;
    } else if (optimizer === "Adagrad") {
      kept.sum[t] = kept.sum[t - 1] + g * g;
      w -= lr * g / (Math.sqrt(kept.sum[t]) + 1e-10);
    } else {
      const { exp_avg: ms, exp_avg_sq: vs } = kept;
      const steps = sparse && !visited; // a row that is not in the sparse gradient stays as it is
      const m = ms[t] = steps ? ms[t - 1] : beta1 * ms[t - 1] + (1 - beta1) * g;
      const v = vs[t] = steps ? vs[t - 1] : beta2 * vs[t - 1] + (1 - beta2) * g * g;
      const one = 1 - beta1 ** t, two = Math.sqrt(1 - beta2 ** t);
      if (sparse && visited) w -= lr * two / one * (m / (Math.sqrt(v) + 1e-8));
      else if (!sparse) w -= lr / one * (m / (Math.sqrt(v) / two + 1e-8));
    }
    path.push(w);
  }
  return { path, kept };
}

/** What has come together at each place. @param {number[]} numbers */
function sums(numbers) {
  let sum = 0;
  return numbers.map((x) => (sum += x));
}

/**
 * Squares are small: six digits, and fewer than three of them said as 1.00e−7.
 * @param {string} name @param {number} x
 */
function kept_number(name, x) {
  if (name !== "exp_avg_sq") return show(x, 4);
  return x === 0 || x > 3e-6 ? show(x, 6) : (x * (1 + 1e-9)).toExponential(2).replace("-", "−");
}

/**
 * Where the axis of w ends below.
 * @param {number[]} path @param {number} lr
 */
function floor(path, lr) {
  const least = Math.min(...path) + 1e-9;
  return lr === 0.01 && least >= 0.8 ? 0.8 : Math.min(0, Math.floor(least));
}

/**
 * All that can be read in a state: numbers, the line of w as it is drawn, and a sentence as a word's
 * key with what is to be filled in.
 * @param {State} state
 */
export function view(state) {
  const { optimizer, lr, momentum, betas, decay, first, last, step } = state;
  const { path, kept } = run(state);
  const there = (/** @type {number} */ t) => t === first || t === last;
  const moves = path.map((w, t) => (t ? Math.abs(w - path[t - 1]) : 0));
  const unseen = sums(moves.map((move, t) => (there(t) ? 0 : move))), way = sums(moves);
  const half = way.findIndex((gone) => gone >= way[STEPS] / 2 - 1e-9);
  const bottom = floor(path, lr);
  const share = way[step] > 0 ? `${show(100 * unseen[step] / way[step], 0)} %` : "–";
  const move = show(moves[step], 4);

  // Who moves the row when it is not there: what stands above the line, or decay.
  const above = step >= first && (momentum > 0 || (optimizer.startsWith("Adam") && !betas.startsWith("0.0")));
  const rests = optimizer === "SparseAdam" ? "lazy" : decay ? "decays"
    : step < first ? "new" : optimizer === "SGD" ? "plain" : optimizer === "Adagrad" ? "brake" : "forgot";
  const key = step === 0 ? "begin"
    : step === STEPS ? (show(unseen[step], 4) === "0.0000" ? "end_seen" : "end")
    : there(step) ? "visit"
    : optimizer === "SparseAdam" || !above ? rests : decay ? "both" : move === "0.0000" ? "hardly" : "away";
  return {
    w: show(path[step], 4),
    gradient: step === 0 ? "–" : there(step) ? "1" : "0",
    ticks: [1, (1 + bottom) / 2, bottom].map(short),
    kept: Object.entries(kept).map(([name, numbers]) => [
      name, step ? kept_number(name, numbers[step]) : "–", kept_number(name, Math.max(...numbers))]),
    seen: show(way[step] - unseen[step], 4),
    unseen: show(unseen[step], 4),
    share,
    line: path.slice(0, step + 1).map((w) => show(w, 4)).join(" "),
    refused: REFUSED[optimizer].map((name) =>
      `TypeError: ${optimizer}.__init__() got an unexpected keyword argument '${name}'`),
    said: /** @type {[string, Record<string, string>]} */ ([key, {
      optimizer,
      step: `${step}`,
      move,
      w: show(path[step], 4),
      way: show(way[step], 4),
      unseen: show(unseen[step], 4),
      share,
      half: `${half}`,
    }]),
  };
}
