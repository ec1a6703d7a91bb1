// 27 letters learn: embedlib.letters rebuilt, and what emb-letters shows in each state.
// No page is needed here: tests compare it with embedlib's runs in Node.
import { ABC, COUNTS, FIRST, LAST } from "./letters_data.mjs";
import { show } from "./numbers.mjs";

export { ABC };
export const VOWELS = "aeiou";
export const SEEDS = [666, 0, 1, 2, 3, 4, 5, 6, 8, 9];
export const HOW = ["adam-0.01", "adam-0.05", "adam-0.1", "sgd-0.3", "sgd-1", "sgd-3"];
export const EVERY = 10; // steps between two states that can be seen
export const GRID = 0.25, EDGE = 8; // a letter is put down at −8 … 8 times 0.25
const AGAIN = 300, MOST = 2000; // steps after a letter was carried (float32 strays later); of all

/**
 * how: one of HOW; batches: 256 pairs a step, else all of them; lossy: by `out[ids] += g`;
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
 * What a step looks at: how often each letter follows each; each letter's places; its last follower.
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

/** @typedef {{ p: Float64Array, m: Float64Array, v: Float64Array }} Model with Adam's memory */

/** @param {number} seed @returns {Model} */
export function table(seed) {
  const bytes = Uint8Array.from(atob(starts[seed]), (sign) => sign.charCodeAt(0));
  const p = Float64Array.from(new Float32Array(bytes.buffer));
  return { p, m: p.map(() => 0), v: p.map(() => 0) };
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

/** One step of an optimizer, in place. @param {Model} model @param {Float64Array} grad
 * @param {string} how @param {number} t the number of the step, from 1 */
export function change({ p, m, v }, grad, how, t) {
  const [name, lr] = how.split("-"), first = 1 - 0.9 ** t, second = 1 - 0.999 ** t;
  for (let i = 0; i < p.length; i++) {
    m[i] = 0.9 * m[i] + 0.1 * grad[i];
    v[i] = 0.999 * v[i] + 0.001 * grad[i] * grad[i];
    p[i] -= Number(lr) * (name === "adam" ? m[i] / first / (Math.sqrt(v[i] / second) + 1e-8) : grad[i]);
  }
}

// --- a run, at every tenth step --------------------------------------------------------------

/** @type {Map<string, Model & { lost: number }>} */
const known = new Map();

/** @param {State} state */
export const end = ({ how, batches, moves }) => Math.min(MOST, Math.max(
  how.startsWith("adam") && !batches ? 400 : 1000, ...moves.map((move) => move.step + AGAIN)));

/** The model in a state; if not put, before letters are carried there.
 * @param {State} state @returns {Model & { lost: number }} */
function model(state, put = true) {
  const { seed, how, batches, lossy, step } = state;
  const moves = state.moves.filter((move) => move.step < step || (put && move.step === step));
  const key = JSON.stringify([seed, how, batches, lossy, step, moves]);
  let found = known.get(key);
  if (!found) {
    const before = step ? model({ ...state, step: step - EVERY }) : table(seed);
    const [p, m, v] = [before.p, before.m, before.v].map((numbers) => numbers.slice());
    for (let s = step - EVERY; s >= 0 && s < step; s++) {
      change({ p, m, v }, gradient(p, batches && batch ? batch(s) : everything, lossy), how, s + 1);
    }
    for (const move of moves) {
      if (move.step === step) p.set([move.x * GRID, move.y * GRID], 2 * move.letter);
    }
    found = { p, m, v, lost: loss(p) };
    known.set(key, found);
  }
  return found;
}

/** @param {State} state */
const way = (state) => Array.from({ length: state.step / EVERY + 1 }, (_, n) =>
  model({ ...state, step: n * EVERY }));

/** The loss so far. @param {State} state */
export const losses = (state) => way(state).map(({ lost }) => lost);

/** Where the chosen letter has been so far. @param {State} state */
export const trail = (state) => way(state).map(({ p }) =>
  [p[2 * state.letter], p[2 * state.letter + 1]]);

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

/** How far a letter was last carried, and how far it is now from where it was taken.
 * @param {State} state */
function carried(state) {
  const move = state.moves.at(-1);
  if (!move || state.step <= move.step) return null;
  const [home, here] = [model({ ...state, step: move.step }, false).p, model(state).p];
  const from = (/** @type {number} */ x, /** @type {number} */ y) =>
    Math.hypot(x - home[2 * move.letter], y - home[2 * move.letter + 1]);
  return {
    move,
    far: from(move.x * GRID, move.y * GRID),
    left: from(here[2 * move.letter], here[2 * move.letter + 1]),
  };
}

/** Whether the letter that was carried at least one unit away has come at least half of it back.
 * @param {State} state */
export function returned(state) {
  const back = carried(state);
  return back !== null && back.far >= 1 && back.left < back.far / 2;
}

/**
 * All that can be read in a state.
 * @param {State} state
 */
export function view(state) {
  const { step, letter, lossy, moves } = state;
  if (known.size > 3000) known.clear();
  const { p, lost } = model(state);
  const rows = Array.from(ABC, (_, id) => [show(p[2 * id], 2), show(p[2 * id + 1], 2)]);
  const line = along(p);
  const nearest = consonants.reduce((one, id) => (line[id] > line[one] ? id : one));
  const apart = Math.min(...vowels.map((id) => line[id])) > line[nearest];
  const back = carried(state), put = moves.filter((move) => move.step === step).at(-1);
  const now = { step: `${step}`, loss: show(lost, 3), nearest: ABC[nearest] };
  /** @type {[string, Record<string, string>]} */
  let said = [step === 0 ? "begin" : apart ? "apart" : "mixed", now];
  if (put) {
    const [x, y] = rows[put.letter];
    said = ["carried", { ...now, who: ABC[put.letter], x, y }];
  } else if (back) {
    const { move, far, left } = back;
    said = ["after", {
      ...now, who: ABC[move.letter], from: `${move.step}`, far: show(far, 2), left: show(left, 2),
    }];
  }
  return {
    places: rows,
    loss: now.loss,
    whole: lossy ? show(model({ ...state, lossy: false }).lost, 3) : "",
    nearest: apart ? now.nearest : "–",
    chosen: letter < 0 ? [] : [ABC[letter], ...rows[letter]],
    said,
  };
}
