// emb-cost: what a table costs on one machine, or what several have to send one another.
// `data-view` says which of the two it opens on.
import { Figure, fill, make } from "./figure.mjs";
import { GRID, MACHINES, STARTS, label, memory, share, view } from "./cost_states.mjs";

const WIDE = 336;
const SLID = ["rows", "columns", "ids", "ranks"];
const LOOKS = [ // the table, its gradient, the state; a pattern each
  { class: "row-1", style: "fill: var(--book-blue); fill-opacity: .55" },
  { class: "row-3 dashed", style: "fill: var(--book-purple); fill-opacity: .12" },
  { class: "hot", style: "fill: var(--book-orange); fill-opacity: .25" },
];
const CELL = "color: inherit; padding: .15rem .3rem; white-space: nowrap; vertical-align: bottom";
const WAYS = /** @type {const} */ (["by_row", "by_column", "by_table", "copied"]);
/** @param {number} x */
const commas = (x) => x.toLocaleString("en-US");

/** @extends {Figure<import("./cost_states.mjs").State>} */
class Cost extends Figure {
  /** @override */
  start() { return { ...STARTS[this.dataset.view === "several" ? "several" : "one"] }; }

  /** @override */
  controls() {
    /** @param {"rows" | "columns" | "ids" | "ranks"} key */
    const slid = (key) => this.slider(key, GRID[key].map((x) => commas(Number(x))), (n) => this.set({ [key]: GRID[key][n] }));
    /** @param {keyof typeof GRID} key @param {(value: string) => unknown} [value] */
    const chosen = (key, value = (text) => text) => this.choice(key,
      GRID[key].map((option) => [`${option}`, this.words[option] ?? label(`${option}`)]), (text) => this.set({ [key]: value(text) }));
    this.more = this.group(slid("ranks"), chosen("deal"), chosen("skew"));
    this.basic = this.group(chosen("view"), slid("rows"), slid("columns"), slid("ids"), chosen("bytes", Number), chosen("optimizer"));
    return [this.basic];
  }

  /** Two beside each other on a phone. @param {any[]} labels */
  group(...labels) {
    for (const one of labels) {
      one.style.flex = "1 1 8.6rem";
      one.lastChild.style.width = "100%";
    }
    return make("div", { class: "controls", style: "flex: 1 1 100%" }, ...labels);
  }

  /** @override */
  answer() {
    const { view: seen, rows, columns, ids, bytes, optimizer } = this.state;
    const seven = seen === "one" && rows === 27 ** 7 && columns === 2 && bytes === 2 && optimizer === "SGD-sparse";
    // Whoever comes down from many rows has seen that up to here cutting is cheaper.
    const copy = seen === "several" && rows === 27 ** 3 && ids === 65536 && optimizer === STARTS.several.optimizer;
    return this.dataset.question === "seven" ? seven && "guess_seven_2" || null : copy && "guess_copy_2" || null;
  }

  /** @override */
  address() { return Object.entries(this.state).map(([name, value]) => `${name}=${value}`).join(";"); }

  /** @override @param {URLSearchParams} said */
  read(said) {
    const found = Object.entries(GRID).map(([name, values]) =>
      [name, /** @type {unknown[]} */ (values).find((value) => `${value}` === said.get(name))]);
    return found.every(([, value]) => value !== undefined) ? Object.fromEntries(found) : {};
  }

  /** @override */
  draw() {
    const several = this.state.view === "several";
    // (What is put in anew would lose the focus.)
    if (several && !this.more.isConnected) this.basic.after(this.more);
    if (!several) this.more.remove();
    for (const [name, value] of Object.entries(this.state)) {
      const values = /** @type {unknown[]} */ (GRID[/** @type {keyof typeof GRID} */ (name)]);
      if (!several && ["ranks", "deal", "skew"].includes(name)) continue;
      if (SLID.includes(name)) this.put(name, values.indexOf(value), commas(Number(value)));
      else this.put(name, value);
    }
    const shown = view(this.state);
    this.say(...shown.said);
    this.drawing.replaceChildren(...(several ? this.several(shown) : this.one(shown)));
  }

  /**
   * A table of words and numbers.
   * @param {(Node | string)[]} heads @param {string[]} rows their words @param {[name: string, numbers: string[]][]} columns
   */
  table(heads, rows, columns) {
    return make("table", { style: "margin: auto", class: heads.length > 2 && "stacked" },
      make("tr", {}, make("td"), ...heads.map((head) => make("th", { scope: "col", style: CELL }, head))),
      ...rows.map((key, n) => make("tr", {}, make("th", { scope: "row" }, this.words[key]),
        ...columns.map(([name, numbers]) => make("td", { "data-is": `${name}-${n}`, style: CELL }, numbers[n])))));
  }

  /** @param {number} high @param {string} said @param {Node[]} parts */
  picture(high, said, parts) {
    return make("svg", { viewBox: `0 0 ${WIDE} ${high}`, width: 1.3 * WIDE, role: "img", "aria-label": said }, ...parts);
  }

  /** The work of a step, and three machines with the table in them. @param {any} shown */
  one({ product, lookup, parts, machines }) {
    const { table, gradient, state, all } = memory(this.state);
    return [
      this.table([this.words.by_product, this.words.by_lookup], ["multiplied", "input", "read"], [["product", product], ["lookup", lookup]]),
      this.picture(292, this.words.machines, [
        ...["table", "gradient", "state", "all"].flatMap((key, n) => [
          ...(n < 3 ? [make("rect", { x: 8, y: 8 + n * 24, width: 26, height: 14, ...LOOKS[n] })] : []),
          make("text", { x: 44, y: 15 + n * 24, class: "start" }, this.words[key]),
          make("text", { x: WIDE - 4, y: 15 + n * 24, class: "end", "data-is": `part-${n}` }, parts[n]),
        ]),
        make("line", { x1: 8, x2: WIDE - 4, y1: 75, y2: 75 }),
        ...MACHINES.flatMap((gb, n) => {
          const y = 108 + n * 62, wide = WIDE - 70, scale = wide / Number(gb * 10n ** 9n);
          let x = 64;
          const [fits, number, most] = machines[n];
          return [
            make("text", { x: 58, y: y + 12, class: "end" }, `${gb} GB`),
            ...[table, gradient, state].flatMap((bytes, part) => {
              const width = Math.min(Number(bytes) * scale, 64 + wide - x), left = x;
              x += width;
              return width > 0.5 ? [make("rect", { x: left, y, width, height: 24, ...LOOKS[part] })] : [];
            }),
            make("rect", { x: 64, y, width: wide, height: 24, class: "ink" }),
            ...(all > gb * 10n ** 9n ? [make("path", { class: "hot", d: `M${WIDE - 12} ${y + 4}l8 8l-8 8` })] : []),
            make("text", { x: 8, y: y + 36, class: fits === "full" ? "start" : "hot start", style: "font-size: 13px" },
              `${fits === "full" ? "✓" : "✗"} ${this.words[fits]} `, make("tspan", { "data-is": `machine-${n}` }, number)),
            make("text", { x: WIDE - 4, y: y + 36, class: "small end" }, "V ≤ ", make("tspan", { "data-is": `most-${n}` }, most)),
          ];
        }),
      ]),
    ];
  }

  /** Three ways to cut the table, and how often each rank is asked. @param {any} shown */
  several(shown) {
    const { ranks, columns } = this.state;
    const drawn = Math.min(ranks, 8), high = 110;
    // The table, and of it what rank 0 holds.
    const heads = WAYS.map((way) => {
      const [across, down] = way === "by_row" ? [1, drawn] : way === "by_column" ? [drawn, 1] : [1, 1];
      const pieces = Array.from({ length: across * down }, (_, n) => make("rect", {
        x: 2 + n % across * 44 / across, y: 2 + n % down * 36 / down, width: 44 / across, height: 36 / down,
        ...(n ? { class: "muted" } : LOOKS[0]) }));
      if (way === "copied" && ranks > 1) pieces.unshift(make("rect", { class: "muted", x: 7, y: 7, width: 44, height: 36 }));
      return make("span", {}, make("svg", { viewBox: "0 0 54 46", width: 54, "aria-hidden": true, style: "margin: 0 0 0 auto" }, ...pieces), this.words[way]);
    });
    const shares = Array.from({ length: ranks }, (_, rank) => share(this.state, rank)), top = Math.max(...shares);
    const y = (/** @type {number} */ part) => high - 84 * part / top, wide = (WIDE - 20) / ranks;
    const at = (/** @type {number} */ rank) => 10 + (rank + 0.5) * wide;
    return [
      this.table(heads, ["keeps", "fits", "sends_ids", "sends_rows", "sends", "busiest"], WAYS.map((way) => [way, shown[way]])),
      ...(ranks > columns ? [make("p", {}, fill(this.words.narrow, { columns: `${columns}`, ranks: `${ranks}` }))] : []),
      this.picture(high + 40, `${this.words.asked} ${shown.shares.join(" ")}`, [
        make("text", { x: 10, y: 12, class: "small start" }, this.words.asked),
        make("text", { x: WIDE - 10, y: 12, class: "hot end", style: "font-size: 13px" }, `┄ ${this.words.mean}`),
        make("path", { class: "row-1", style: LOOKS[0].style, d: `M10 ${high}${shares.map((part, rank) =>
          `V${y(part)}H${10 + (rank + 1) * wide}${ranks > 64 ? "" : `V${high}`}`).join("")}V${high}z` }),
        make("line", { x1: 10, x2: WIDE - 10, y1: y(1 / ranks), y2: y(1 / ranks), class: "hot dashed" }),
        ...(ranks > 16 ? [make("text", { x: 10, y: high + 10, class: "small start" }, "0"), make("text", { x: WIDE - 10, y: high + 10, class: "small end" }, `${ranks - 1}`)]
          : shares.map((_, rank) => make("text", { x: at(rank), y: high + 10, class: "small" }, `${rank}`))),
        ...(ranks > 8 ? [] : shares.map((_, rank) =>
          make("text", { x: at(rank), y: high + 29, class: "now", style: "font-size: 13px", "data-is": `share-${rank}` }, shown.shares[rank]))),
      ]),
    ];
  }
}
customElements.define("emb-cost", Cost);
