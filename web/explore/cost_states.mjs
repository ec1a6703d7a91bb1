// What a table costs, on one machine and on several: what emb-cost shows in each state. Bytes and
// operations are whole numbers, and exact (BigInt). No page is needed here: tests compare it in Node
// with what torch allocates, counts and sends.
import { show } from "./numbers.mjs";

/** What the controls can be set to: 27 letters, their pairs, triples, …, and the plan of chapter 14. */
export const GRID = {
  view: ["one", "several"],
  rows: [27, 27 ** 2, 27 ** 3, 27 ** 4, 27 ** 5, 27 ** 6, 1e9, 27 ** 7],
  columns: [2, 16, 128, 1024],
  ids: [1024, 8192, 65536, 524288],
  bytes: [4, 2],
  optimizer: ["SGD", "SGD-sparse", "SGD-momentum", "Adagrad", "Adagrad-sparse", "Adam", "SparseAdam"],
  ranks: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
  skew: ["even", "zipf"],
  deal: ["blocks", "turn"],
};
/** How many arrays as large as the table each optimizer keeps. @type {Record<string, bigint>} */
const KEEPS = {
  SGD: 0n, "SGD-sparse": 0n, "SGD-momentum": 1n, Adagrad: 1n, "Adagrad-sparse": 1n, Adam: 2n, SparseAdam: 2n,
};
const GB = 10n ** 9n;
export const MACHINES = [1n, 16n, 80n];
/** As it is read: SGD, sparse=True. @param {string} optimizer */
export const label = (optimizer) => optimizer.replace("-sparse", ", sparse=True").replace("-", ", ");
/** @param {string} optimizer */
const sparse = (optimizer) => /sparse/i.test(optimizer);

/**
 * rows × columns: the table; ids: looked up in a step, by each rank; bytes: of a number; deal: whether
 * a rank owns rows that stand together, or every so many-th.
 * @typedef {{ view: string, rows: number, columns: number, ids: number, bytes: number,
 *   optimizer: string, ranks: number, skew: string, deal: string }} State
 */

/** What the figure opens on. @type {Record<string, State>} */
export const STARTS = {
  one: {
    view: "one", rows: 27 ** 5, columns: 128, ids: 65536, bytes: 4, optimizer: "Adam",
    ranks: 8, skew: "even", deal: "blocks",
  },
  several: {
    view: "several", rows: 1e9, columns: 128, ids: 65536, bytes: 4, optimizer: "Adam",
    ranks: 8, skew: "even", deal: "blocks",
  },
};

// --- numbers as they are shown ---------------------------------------------------------------

/** With commas. @param {bigint} x */
const exact = (x) => `${x}`.replace(/\B(?=(\d{3})+$)/g, ",");

/** To three digits: what stands before the point, and how many more places there are. @param {bigint} x */
function three(x) {
  const cut = 10n ** BigInt(Math.max(0, `${x}`.length - 3));
  const text = `${(x + cut / 2n) / cut * cut}`;
  return { text, powers: text.length - 1 };
}

/** @param {string} text its digits @param {number} point where the point stands */
function pointed(text, point) {
  const after = text.slice(point, 3).replace(/0+$/, "");
  return text.slice(0, point) + (after && `.${after}`);
}

/** 29.4 GB. @param {bigint} bytes */
export function size(bytes) {
  const { text, powers } = three(bytes);
  return `${pointed(text, powers % 3 + 1)} ${["B", "kB", "MB", "GB", "TB", "PB"][Math.floor(powers / 3)]}`;
}

/** As it is below a thousand millions, and 1.12 × 10¹⁹ above. @param {bigint} x */
function many(x) {
  if (x < GB) return exact(x);
  const { text, powers } = three(x);
  return `${pointed(text, 1)} × 10${[...`${powers}`].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}

/** @param {bigint} part @param {bigint} whole */
const percent = (part, whole) => `${(200n * part + whole) / (2n * whole) || "< 1"} %`;

/** To three digits: 48.7. @param {number} x */
const times = (x) => `${Number((x * (1 + 1e-9)).toPrecision(3))}`;

// --- one machine -------------------------------------------------------------------------------

/**
 * Bytes of the table, of its gradient and of what the optimizer keeps.
 * @param {State} state
 */
export function memory({ rows, columns, ids, bytes, optimizer }) {
  const row = BigInt(columns * bytes), table = BigInt(rows) * row;
  // A sparse gradient has a row and an int64 for each id, a dense one is as large as the table.
  const gradient = sparse(optimizer) ? BigInt(ids) * (row + 8n) : table;
  const state = KEEPS[optimizer] * table;
  return { row, table, gradient, state, all: table + gradient + state };
}

/** The most rows for which all of it fits. @param {State} state @param {bigint} limit */
function most(state, limit) {
  const { row, gradient } = memory(state), each = row * (1n + KEEPS[state.optimizer]);
  if (!sparse(state.optimizer)) return limit / (each + row);
  return limit > gradient ? (limit - gradient) / each : 0n;
}

/** @param {State} state */
function one(state) {
  const { rows, columns, ids, bytes, optimizer } = state;
  const [v, d, n, b] = [rows, columns, ids, bytes].map(BigInt);
  const { table, gradient, state: kept, all } = memory(state);
  const enough = MACHINES.find((gb) => all <= gb * GB);
  return {
    product: [many(n * v * d), size(n * v * b), size(v * d * b)],
    lookup: ["0", size(n * 8n), size(n * d * b)],
    parts: [table, gradient, kept, all].map(size),
    machines: MACHINES.map((gb) => [
      all <= gb * GB ? "full" : "over",
      all <= gb * GB ? percent(all, gb * GB) : size(all - gb * GB),
      exact(most(state, gb * GB)),
    ]),
    said: [enough ? `enough_${enough}` : "never", {
      optimizer: label(optimizer), all: exact(all), ids: exact(n), multiplied: exact(n * v * d), read: exact(n * d * b),
    }],
  };
}

// --- several -----------------------------------------------------------------------------------

/** The sum of 1 / (first + j · by) for j = 0, 1, …: terms of them. @param {number} first @param {number} by @param {number} terms */
function sum(first, by, terms) {
  const few = Math.min(terms, 32);
  let s = 0;
  for (let j = 0; j < few; j++) s += 1 / (first + j * by);
  if (terms === few) return s;
  // The rest of a long one is a difference of two values of digamma.
  const digamma = (/** @type {number} */ x) =>
    Math.log(x) - 1 / (2 * x) - 1 / (12 * x ** 2) + 1 / (120 * x ** 4) - 1 / (252 * x ** 6);
  return s + (digamma(terms + first / by) - digamma(few + first / by)) / by;
}

/**
 * How much of all lookups goes to a rank, if the table is cut by row. Under Zipf's law the n-th row
 * is asked for in proportion to 1 / n.
 * @param {State} state @param {number} rank
 */
export function share({ rows, ranks, skew, deal }, rank) {
  const block = Math.ceil(rows / ranks), turns = deal === "turn";
  const first = turns ? rank : Math.min(rows, rank * block);
  const owned = turns ? Math.max(0, Math.ceil((rows - rank) / ranks)) : Math.min(block, rows - first);
  if (skew === "even") return owned / rows;
  return owned && sum(first + 1, turns ? ranks : 1, owned) / sum(1, 1, rows);
}

/** @param {State} state */
function several(state) {
  const { rows, columns, ids, ranks, skew, optimizer } = state;
  const { row, table } = memory(state);
  const n = BigInt(ranks), others = n - 1n, copies = 1n + KEEPS[optimizer];
  const away = BigInt(ids) * others / n; // of a rank's ids, those that another rank owns
  const heard = BigInt(ids) * others; // if all others must hear each of them
  const busy = times(share(state, 0) * ranks);
  /** @param {bigint} keeps @param {bigint} names ids that are sent @param {bigint} numbers bytes of rows and gradients @param {bigint} counts @param {string} busiest */
  const way = (keeps, names, numbers, counts, busiest) => {
    const fits = MACHINES.find((gb) => keeps <= gb * GB);
    return [size(keeps), fits ? `${fits} GB` : "> 80 GB", size(8n * names), size(numbers), size(8n * names + numbers + counts), busiest];
  };
  const rowwise = 2n * away * row, counts = 8n * others;
  // Each rank has the whole table. A dense gradient goes round the ring twice but for its n-th part,
  // a sparse one goes to everyone.
  const copied = sparse(optimizer) ? way(table * copies, heard, heard * row, 0n, "1")
    : way(table * copies, 0n, (2n * others * table + n / 2n) / n, 0n, "1");
  return {
    by_row: way(BigInt(Math.ceil(rows / ranks)) * row * copies, away, rowwise, counts, busy),
    // Every other rank gives a piece of the row.
    by_column: ranks > columns ? Array(6).fill("–") : way(table / n * copies, heard, rowwise, counts, "1"),
    by_table: way(table * copies, away, rowwise, counts, `${ranks}`),
    copied,
    shares: Array.from({ length: Math.min(ranks, 8) }, (_, rank) => show(100 * share(state, rank), 1)),
    said: [ranks === 1 ? "alone" : `asked_${skew}`, {
      ids: exact(away), row: `${row}`, others: `${others}`, all: exact(8n * away + rowwise + counts), ranks: `${ranks}`,
      share: `${times(100 * share(state, 0))} %`, busy, copied: copied[4],
    }],
  };
}

/**
 * All that can be read in a state.
 * @param {State} state
 * @returns {{ said: [string, Record<string, string>], [name: string]: any }}
 */
export const view = (state) => /** @type {any} */ (state.view === "one" ? one(state) : several(state));
