// The gradient of a lookup, one place after the other: what emb-scatter shows in each state.
// No page is needed here: tests compare it with torch's in Node.
import { short, zeros } from "./numbers.mjs";

export const ROWS = 4;
export const UPSTREAM = [[0.5, -0.5], [1, -1], [2, 1], [-0.25, 0.75]];

/**
 * ids: of each place; step: how many places have been added; padding: a row, or −1 for none;
 * lossy: by `out[ids] += g`, which reads all rows, and then writes: the last of several rows stays.
 * @typedef {{ ids: number[], step: number, padding: number, lossy: boolean, sparse: boolean }} State
 */

/** @type {State} Chapter 3's batch, before the first step. */
export const START = { ids: [3, 1, 3], step: 0, padding: -1, lossy: false, sparse: false };

/** @param {number[]} row */
const vector = (row) => `[${row.map(short).join(", ")}]`;

/** @param {State} state */
export function gradient({ ids, step, padding, lossy }) {
  const grad = zeros(ROWS, UPSTREAM[0].length);
  ids.slice(0, step).forEach((id, place) => {
    if (id === padding) return;
    grad[id] = UPSTREAM[place].map((g, column) => (lossy ? g : grad[id][column] + g));
  });
  return grad;
}

/**
 * All that can be read in a state: rows of numbers, and a sentence as a word's key with what is to
 * be filled in.
 * @param {State} state
 */
export function view(state) {
  const { ids, step, padding, lossy, sparse } = state;
  const grad = gradient(state);
  const last = step - 1;
  const skipped = step > 0 && ids[last] === padding;
  const entries = ids.slice(0, step).flatMap((id, place) =>
    id === padding ? [] : [[`${id}`, ...UPSTREAM[place].map(short)]]);
  const duplicate = step > 0 && !skipped && ids.indexOf(ids[last]) < last;
  const before = zeros(1, UPSTREAM[0].length)[0]; // what each row was
  /** @type {[string, Record<string, string>]} */
  const said = step === 0
    ? ["nothing", { places: `${ids.length}` }]
    : [skipped ? "skipped" : lossy ? (duplicate ? "lost" : "wrote") : duplicate ? "again" : "added", {
      place: `${last}`,
      row: `${ids[last]}`,
      now: vector(grad[ids[last]]),
      came: vector(UPSTREAM[last]),
      read: vector(before),
    }];
  return {
    upstream: ids.map((_, place) => UPSTREAM[place].map(short)),
    grad: grad.map((row) => row.map(short)),
    read: lossy && step > 0 ? ids.map((id) => (id === padding ? "" : before.map(short).join(", "))) : [],
    entries: sparse ? entries : [],
    said,
  };
}
