// Rows of two numbers that a lookup with max_norm shortens: what emb-norm shows in each state.
// No page is needed here: tests compare it with torch's in Node.
import { short } from "./numbers.mjs";

export const GRID = 0.25, EDGE = 3; // where a row can be put: −3, −2.75, … 3
export const NORM_TYPES = ["0", "1", "2", "3", "inf"];
export const BOUNDS = [0.5, 1, 1.5, 2, 2.5, 3];

/**
 * rows: where they were put; ids: what the field asks for; looked: how often each row has been
 * looked up since it was put there; row: the one that is chosen, or −1.
 * @typedef {{ rows: number[][], ids: number[], norm_type: string, max_norm: number,
 *   looked: number[], row: number }} State
 */

/** @type {State} One row is short; of three that are too long, the lookup asks for two. */
export const START = {
  rows: [[0.75, 0.5], [1.5, -1.5], [-2.25, 3], [-2.5, -0.75]],
  ids: [0, 1, 2], norm_type: "2", max_norm: 2, looked: [0, 0, 0, 0], row: -1,
};

/**
 * So many lookups of one row are told apart. With norm_type 0 each shortens the row again; with the
 * others none does after the first.
 * @param {string} norm_type
 */
export const most = (norm_type) => (norm_type === "0" ? 6 : 2);

/** @param {number[]} row @param {string} norm_type */
export function norm(row, norm_type) {
  const sizes = row.map(Math.abs), p = Number(norm_type);
  if (norm_type === "inf") return Math.max(...sizes);
  if (p === 0) return sizes.filter((x) => x !== 0).length;
  if (p === 1) return sizes[0] + sizes[1];
  if (p === 2) return Math.sqrt(sizes[0] ** 2 + sizes[1] ** 2);
  return (sizes[0] ** p + sizes[1] ** p) ** (1 / p);
}

/**
 * A row after its lookups, and by what the last of them multiplied it.
 * @param {State} state @param {number} n
 * @returns {{ row: number[], length: number, factor: number | null }}
 */
export function after({ rows, norm_type, max_norm, looked }, n) {
  let row = rows[n], length = norm(row, norm_type), factor = null;
  for (let time = 0; time < looked[n]; time++) {
    const times = length > max_norm ? max_norm / (length + 1e-7) : 1;
    row = row.map((x) => x * times);
    length = norm(row, norm_type);
    factor = times;
  }
  return { row, length, factor };
}

/** Whether a lookup of these ids is one too many to be shown. @param {State} state */
export const ended = (state) => state.ids.some((id) =>
  state.looked[id] === most("0") && after(state, id).length > state.max_norm);

/**
 * All that can be read in a state: numbers of each row, and a sentence as a word's key with what is
 * to be filled in.
 * @param {State} state
 */
export function view(state) {
  const { ids, norm_type, max_norm, looked, row } = state;
  const rows = looked.map((_, n) => after(state, n));
  const list = (/** @type {number[]} */ numbers) => `[${numbers.join(", ")}]`;
  /** @param {(n: number) => boolean} kind */
  const those = (kind) => [0, 1, 2, 3].filter(kind);
  const long = those((n) => rows[n].length > max_norm);
  const shortened = those((n) => ids.includes(n) && (rows[n].factor ?? 1) !== 1);
  const left = long.filter((n) => !ids.includes(n));
  const bound = short(max_norm);
  /** @returns {[string, Record<string, string>]} */
  const sentence = () => {
    if (row >= 0) {
      return [long.includes(row) ? "long" : "short",
        { row: `${row}`, norm: short(rows[row].length), bound }];
    }
    if (ids.some((id) => !looked[id])) {
      return long.length ? ["waiting", { bound, long: list(long), ids: list(ids) }] : ["none", { bound }];
    }
    if (!shortened.length) return [ids.every((id) => looked[id] > 1) ? "again" : "kept", { ids: list(ids), bound }];
    if (norm_type === "0") return [ended(state) ? "ended" : "halved", { ids: list(ids), shortened: list(shortened) }];
    const places = { ids: list(ids), shortened: list(shortened) };
    return left.length ? ["left", { ...places, left: list(left) }] : ["all", places];
  };
  return {
    weight: rows.map((r) => r.row.map(short)),
    norm: rows.map((r) => short(r.length)),
    f: rows.map(({ factor }) => (factor === null ? "" : short(factor))),
    said: sentence(),
  };
}

/**
 * What torch raises for ids: with max_norm the rows are chosen first, in the order of their ids, and
 * a negative one counts from the end; the lookup then refuses it.
 * @param {number[]} ids
 * @returns {[string, Record<string, string>] | null}
 */
export function refused(ids) {
  const rows = START.rows.length, sorted = [...ids].sort((a, b) => a - b);
  const out = sorted.find((id) => id < -rows || id >= rows);
  if (out !== undefined) return ["out_of_range", { id: `${out}` }];
  return sorted[0] < 0 ? ["negative", { id: `${sorted[0]}`.replace("-", "−") }] : null;
}
