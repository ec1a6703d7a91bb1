// A word as one-hot rows times a table, cell after cell, and the same by lookup: what emb-lookup
// shows in each state. No page is needed here: tests compare it with torch's in Node.
import { short } from "./numbers.mjs";

// Row 2 is the one of imgs/lookup.svg. The ids are those of the book: the dot is 0, a is 1.
export const SIGNS = ".abcd";
export const WEIGHT = [...`${SIGNS}?`].map((_, id) => [1, 2, 3].map((column) => (10 * id + column) / 10));
export const COLUMNS = WEIGHT[0].length;
export const LONGEST = 4;

/**
 * step: how many numbers of the result are there (by lookup: whole rows of them);
 * way: "product" or "lookup"; unknown: whether the table has a row for what it does not know.
 * @typedef {{ word: string, step: number, way: string, unknown: boolean }} State
 */

/** @type {State} */
export const START = { word: "bad", step: 0, way: "product", unknown: false };

/** @param {string} sign */
export const known = (sign) => SIGNS.includes(sign);

/** @param {string} sign */
export const idOf = (sign) => (known(sign) ? SIGNS.indexOf(sign) : SIGNS.length);

/** How many rows the table has. @param {State} state */
export const rows = ({ unknown }) => SIGNS.length + Number(unknown);

/** How many numbers come out. @param {State} state */
export const cells = ({ word }) => [...word].length * COLUMNS;

/**
 * All that can be read in a state: rows of numbers, what both ways have cost so far, and a sentence
 * as a word's key with what is to be filled in.
 * @param {State} state
 */
export function view(state) {
  const { word, step, way } = state;
  const letters = [...word], ids = letters.map(idOf), height = rows(state);
  const table = WEIGHT.slice(0, height);
  const bits = ids.map((id) => table.map((_, row) => Number(row === id)));
  const last = Math.max(step - 1, 0), place = Math.floor(last / COLUMNS), column = last % COLUMNS;

  /** @param {number} n @param {number} c */
  const product = (n, c) => table.reduce((sum, row, v) => sum + bits[n][v] * row[c], 0);
  const out = ids.map((id, n) => table[id].map((copied, c) =>
    (n * COLUMNS + c >= step ? "" : short(way === "product" ? product(n, c) : copied))));

  const id = ids[place], taken = table[id].map(short);
  const value = out[place][column];
  const terms = table.map((row, v) => `${bits[place][v]} × ${short(row[column])}`);
  const sums = { product: `${terms.join(" + ")} = ${value}`, lookup: `weight[${id}] = ${taken.join(" ")}` };
  /** @type {[string, Record<string, string>]} */
  const said = step === 0 ? ["nothing", { columns: `${COLUMNS}` }] : [
    known(letters[place]) ? way : `${way}_unknown`,
    way === "product"
      ? { place: `${place}`, letter: letters[place], id: `${id}`, terms: `${height}`, zeros: `${height - 1}`, value }
      : { place: `${place}`, letter: letters[place], id: `${id}` },
  ];
  return {
    letters,
    ids: ids.map(String),
    bits: way === "product" ? bits.map((row) => row.map(String)) : [],
    weight: table.map((row) => row.map(short)),
    out,
    sum: step === 0 ? "" : sums[/** @type {"product" | "lookup"} */ (way)],
    work: {
      multiplied: [`${step * height}`, "0"],
      added: [`${step * (height - 1)}`, "0"],
      read: [`${step * height}`, `${step}`],
    },
    said,
  };
}
