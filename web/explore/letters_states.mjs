// 27 letters learn: embedlib.letters rebuilt, and what emb-letters shows in each state.
// No page is needed here: tests compare it with embedlib's runs in Node.
import { ABC, COUNTS, FIRST, LAST } from "./letters_data.mjs";
import { show } from "./numbers.mjs";

export { ABC };
export const VOWELS = "aeiou";
export const SEEDS = [666, 0, 1, 2, 3, 4, 5, 6, 8, 9];
/** Optimizers with their learning rates. @type {{ [name: string]: [adam: boolean, lr: number] }} */
export const HOW = {
  "adam-0.01": [true, 0.01], "adam-0.05": [true, 0.05], "adam-0.1": [true, 0.1],
  "sgd-0.3": [false, 0.3], "sgd-1": [false, 1], "sgd-3": [false, 3],
};
export const EVERY = 10; // steps between two states that can be seen
export const GRID = 0.25, EDGE = 8; // a letter is put down at −8 … 8 times 0.25
const AGAIN = 200, MOST = 2000; // steps after a letter was carried; of all

/**
 * how: a key of HOW; batches: 256 pairs a step, else all of them; lossy: by `out[ids] += g`;
 * letter: the chosen id, or −1; moves: who was carried where, after which step.
 * @typedef {{ step: number, letter: number, x: number, y: number }} Move
 * @typedef {{ seed: number, how: string, batches: boolean, lossy: boolean, step: number,
 *   letter: number, moves: Move[] }} State
 */

/** @type {State} The front page's run, before the first step. */
export const START = {
  seed: 666, how: "adam-0.05", batches: false, lossy: false, step: 0, letter: -1, moves: [],
};

// --- the data ------------------------------------------------------------------------------

const N = ABC.length;
const counts = Float64Array.from(COUNTS.split(","), Number);
const places = new Float64Array(N).map((_, id) =>
  counts.subarray(id * N, (id + 1) * N).reduce((a, b) => a + b));
const pairs = places.reduce((a, b) => a + b);
const everything = { asked: counts, places, last: Array.from(LAST, (letter) => ABC.indexOf(letter)), all: pairs };
/** @type {{ [seed: number]: string }} */
let starts = { 666: FIRST };
/**
 * What a step looks at: how often each letter follows each; the places of each letter; behind each
 * letter the one of its last place; all places.
 * @typedef {{ asked: Float64Array, places: Float64Array, last: number[], all: number }} Seen
 * @type {undefined | ((step: number) => Seen)}
 */
let batch;

/** @param {State} state @returns {boolean} whether all that its run needs has been loaded */
export const ready = ({ seed, batches }) => seed in starts && Boolean(batch || !batches);

/** Loads what the run of a state needs. @param {State} state */
export async function need({ seed, batches }) {
  if (!(seed in starts)) starts = { ...starts, ...(await import("./letters_seeds.mjs")).SEEDS };
  if (batches) batch ??= (await import("./letters_batches.mjs")).batch;
}

// --- the model: a table 27 × 2, then a matrix 27 × 2 and 27 biases, in one array ----------------

const OUT = 2 * N, BIAS = 4 * N;

/** @param {number} seed */
export function table(seed) {
  const bytes = Uint8Array.from(atob(starts[seed]), (sign) => sign.charCodeAt(0));
  return Float64Array.from(new Float32Array(bytes.buffer));
}

/** Scores become chances, in place. @param {Float64Array} z @returns {number} the log of what
 * they were divided by */
export function softmax(z) {
  let most = -Infinity, total = 0;
  for (let j = 0; j < z.length; j++) most = Math.max(most, z[j]);
  for (let j = 0; j < z.length; j++) total += z[j] = Math.exp(z[j] - most);
  for (let j = 0; j < z.length; j++) z[j] /= total;
  return most + Math.log(total);
}

/** @param {Float64Array} p @param {number} id @param {Float64Array} z gets the scores */
function score(p, id, z) {
  const x = p[2 * id], y = p[2 * id + 1];
  for (let j = 0; j < N; j++) z[j] = x * p[OUT + 2 * j] + y * p[OUT + 2 * j + 1] + p[BIAS + j];
}

/** The loss over all pairs. @param {Float64Array} p */
export function loss(p) {
  const z = new Float64Array(N);
  let all = 0;
  for (let id = 0; id < N; id++) {
    score(p, id, z);
    for (let j = 0; j < N; j++) all -= counts[id * N + j] * z[j];
    all += places[id] * softmax(z);
  }
  return all / pairs;
}

/**
 * @param {Float64Array} p
 * @param {Seen} what
 * @param {boolean} lossy the table gets, of each letter, the row of its last place alone
 */
export function gradient(p, { asked, places: each, last, all }, lossy) {
  const grad = new Float64Array(p.length), z = new Float64Array(N);
  for (let id = 0; id < N; id++) {
    if (!each[id]) continue;
    score(p, id, z);
    softmax(z);
    for (let j = 0; j < N; j++) {
      const g = (z[j] * each[id] - asked[id * N + j]) / all;
      const kept = lossy ? (z[j] - Number(j === last[id])) / all : g;
      grad[2 * id] += kept * p[OUT + 2 * j];
      grad[2 * id + 1] += kept * p[OUT + 2 * j + 1];
      grad[OUT + 2 * j] += g * p[2 * id];
      grad[OUT + 2 * j + 1] += g * p[2 * id + 1];
      grad[BIAS + j] += g;
    }
  }
  return grad;
}

/** @typedef {{ p: Float64Array, m: Float64Array, v: Float64Array }} Model with Adam's memory */

/** One step of an optimizer, in place. @param {Model} model @param {Float64Array} grad
 * @param {string} how @param {number} t the number of the step, from 1 */
export function change({ p, m, v }, grad, how, t) {
  const [adam, lr] = HOW[how], first = 1 - 0.9 ** t, second = 1 - 0.999 ** t;
  for (let i = 0; i < p.length; i++) {
    m[i] = 0.9 * m[i] + 0.1 * grad[i];
    v[i] = 0.999 * v[i] + 0.001 * grad[i] * grad[i];
    p[i] -= lr * (adam ? m[i] / first / (Math.sqrt(v[i] / second) + 1e-8) : grad[i]);
  }
}

// --- a run: the model at every tenth step, as far as somebody asked ------------------------------

/** @typedef {{ moves: Move[], models: Model[], losses: number[] }} Run */
/** @type {Map<string, Run>} */
const runs = new Map();

/** @param {State} state */
export const end = ({ how, batches, moves }) =>
  Math.min(MOST, Math.max(HOW[how][0] && !batches ? 400 : 1000,
    ...moves.map((move) => move.step + AGAIN)));

/** The model after a step, with the letters carried that were carried there.
 * @param {Model} model @param {Move[]} moves @param {number} step */
function carried(model, moves, step) {
  const p = model.p.slice();
  for (const move of moves.filter((one) => one.step === step)) {
    p.set([move.x * GRID, move.y * GRID], 2 * move.letter);
  }
  return { p, m: model.m.slice(), v: model.v.slice() };
}

/** @param {State} state @returns {Run} of at least as many steps as the state has */
function run({ seed, how, batches, lossy, step, moves }) {
  const key = [seed, how, batches, lossy].join();
  let found = runs.get(key);
  if (!found) {
    if (runs.size > 3) runs.clear();
    const p = table(seed);
    const model = { p, m: new Float64Array(p.length), v: new Float64Array(p.length) };
    found = { moves: [], models: [model], losses: [] };
    runs.set(key, found);
  }
  const [old, now] = [found.moves, moves].map((all) => all.map((move) => JSON.stringify(move)));
  const other = [...old.filter((one) => !now.includes(one)), ...now.filter((one) => !old.includes(one))];
  const same = Math.min(...other.map((one) => JSON.parse(one).step / EVERY));
  found.moves = moves;
  found.models.splice(same + 1);
  found.losses.splice(same);
  for (let k = found.losses.length; k <= step / EVERY; k++) {
    if (k === found.models.length) {
      const next = carried(found.models[k - 1], moves, (k - 1) * EVERY);
      for (let s = (k - 1) * EVERY; s < k * EVERY; s++) {
        change(next, gradient(next.p, batches && batch ? batch(s) : everything, lossy), how, s + 1);
      }
      found.models.push(next);
    }
    found.losses.push(loss(carried(found.models[k], moves, k * EVERY).p));
  }
  return found;
}

/** The numbers of the model in a state. @param {State} state */
export const now = (state) =>
  carried(run(state).models[state.step / EVERY], state.moves, state.step).p;

/** The loss at every tenth step so far. @param {State} state */
export const losses = (state) => run(state).losses.slice(0, state.step / EVERY + 1);

/** Where the chosen letter has been so far. @param {State} state */
export const trail = (state) => run(state).models.slice(0, state.step / EVERY + 1).map((model, k) =>
  carried(model, state.moves, k * EVERY).p.subarray(2 * state.letter, 2 * state.letter + 2));

// --- what the table has learned, as embedlib.letters measures it --------------------------------

const vowels = Array.from(VOWELS, (letter) => ABC.indexOf(letter));
const consonants = Array.from(ABC, (_, id) => id).slice(1).filter((id) => !vowels.includes(id));

/** Each letter's place along the line from the middle of the consonants to that of the vowels.
 * @param {Float64Array} p */
function along(p) {
  const middle = (/** @type {number[]} */ ids, /** @type {number} */ d) =>
    ids.reduce((all, id) => all + p[2 * id + d], 0) / ids.length;
  const [x, y] = [0, 1].map((d) => middle(vowels, d) - middle(consonants, d));
  return Array.from({ length: N }, (_, id) => (p[2 * id] * x + p[2 * id + 1] * y) / Math.hypot(x, y));
}

/** How far a letter has come back to where it was before it was last carried, if it was.
 * @param {State} state */
function back(state) {
  const move = state.moves.at(-1);
  if (!move || state.step <= move.step) return null;
  const before = run(state).models[move.step / EVERY].p, p = now(state), { letter } = move;
  const from = (/** @type {number} */ x, /** @type {number} */ y) =>
    Math.hypot(x - before[2 * letter], y - before[2 * letter + 1]);
  return { move, far: from(move.x * GRID, move.y * GRID), left: from(p[2 * letter], p[2 * letter + 1]) };
}

/** Whether the letter that was carried at least one unit away has come at least half of it back.
 * @param {State} state */
export function returned(state) {
  const way = back(state);
  return way !== null && way.far >= 1 && way.left < way.far / 2;
}

/**
 * All that can be read in a state.
 * @param {State} state
 */
export function view(state) {
  const { step, letter, lossy, moves } = state;
  const p = now(state);
  const stand = Array.from(ABC, (_, id) => [show(p[2 * id], 2), show(p[2 * id + 1], 2)]);
  const line = along(p);
  const nearest = consonants.reduce((one, id) => (line[id] > line[one] ? id : one), consonants[0]);
  const apart = Math.min(...vowels.map((id) => line[id])) > line[nearest];
  const lowest = show(losses(state)[step / EVERY], 3);
  const way = back(state);
  const put = moves.filter((move) => move.step === step).at(-1);
  const [x, y] = put ? stand[put.letter] : [];
  const said = { step: `${step}`, loss: lowest, nearest: ABC[nearest] };
  return {
    places: stand,
    loss: lowest,
    whole: lossy ? show(losses({ ...state, lossy: false })[step / EVERY], 3) : "",
    nearest: apart ? ABC[nearest] : "–",
    chosen: letter < 0 ? [] : [ABC[letter], ...stand[letter]],
    said: /** @type {[string, Record<string, string>]} */ (
      put ? ["carried", { ...said, who: ABC[put.letter], x, y }]
      : way ? ["after", {
        ...said, who: ABC[way.move.letter], far: show(way.far, 2), left: show(way.left, 2),
        from: `${way.move.step}`,
      }]
      : [step === 0 ? "begin" : apart ? "apart" : "mixed", said]),
  };
}
