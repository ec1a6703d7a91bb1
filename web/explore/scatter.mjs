// emb-scatter: upstream rows travel to the rows of the table that their ids name, and add up.
import { Figure, make } from "./figure.mjs";
import { read, why } from "./ids.mjs";
import { ROWS, START, UPSTREAM, view } from "./scatter_states.mjs";

const CELL = 52, HIGH = 30, GAP = 8;
const LEFT = 32, RIGHT = 254; // where the upstream rows begin, and those of the gradient
const READ = LEFT + 2 * CELL + 22; // the middle of what out[ids] += g has read
/** @param {number} n */
const top = (n) => 34 + n * (HIGH + GAP);

/** @extends {Figure<import("./scatter_states.mjs").State>} */
class Scatter extends Figure {
  /** @override */
  start() {
    const { ids, padding, question } = this.dataset;
    return {
      ...START,
      ids: ids ? [...ids].map(Number) : START.ids,
      padding: padding ? Number(padding) : START.padding,
      lossy: question === "lossy", // it asks what this line does
    };
  }

  /** @override */
  controls() {
    /** @type {[string, string][]} */
    const rows = ["0", "1", "2", "3"].map((row) => [row, row]);
    return [
      this.field("ids", (text) => this.type(text), { inputmode: "numeric" }),
      this.choice("padding", [["-1", "None"], ...rows],
        (value) => this.set({ padding: Number(value), step: 0 })),
      // A sparse gradient is not made by adding to a table.
      ...this.either(["lossy", "sparse"], (changes) => this.set(changes)),
      this.steps(
        this.button("back", () => { this.pause(); this.move(-1); }),
        this.button("step", () => { this.pause(); this.move(1); }),
        this.button("play", () => this.play(900))),
    ];
  }

  /** @param {string} text */
  type(text) {
    this.pause();
    const { text: used, ids, strange } = read(text);
    if (used !== text) this.put("ids", used);
    const out = ids.find((id) => id < 0 || id >= ROWS);
    /** @type {Scatter["wrong"]} */
    const wrong = strange !== undefined ? why(strange)
      : out !== undefined ? ["out_of_range", { id: `${out}`.replace("-", "−") }]
        : ids.length ? null : ["empty"];
    this.wrong = wrong;
    this.set(wrong ? {} : { ids, step: 0 });
  }

  /** @param {number} by */
  move(by) {
    const { ids, step } = this.state;
    this.set({ step: Math.max(0, Math.min(ids.length, step + by)) });
  }

  /** @override */
  tick() {
    const { ids, step } = this.state;
    const next = step === ids.length ? 0 : step + 1;
    this.change({ step: next });
    return next < ids.length;
  }

  /** @override */
  answer() {
    const { ids, step, padding, lossy } = this.state;
    if (step < ids.length) return null;
    const asked = `${ids.join("")} ${padding} ${lossy}`;
    return { "313 -1 true": "guess_lossy_2", "3130 3 false": "guess_padding_2" }[asked] ?? null;
  }

  /** @override */
  address() {
    const { ids, step, padding, lossy, sparse } = this.state;
    const flags = `lossy=${Number(lossy)};sparse=${Number(sparse)}`;
    return `ids=${ids.join("")};step=${step};padding=${padding};${flags}`;
  }

  /** @override @param {URLSearchParams} said */
  read(said) {
    const ids = said.get("ids") ?? "";
    const [step, padding] = [Number(said.get("step")), Number(said.get("padding") ?? -1)];
    const right = /^[0-3]{1,4}$/.test(ids) && Number.isInteger(step) && step >= 0
      && step <= ids.length && Number.isInteger(padding) && padding >= -1 && padding < ROWS;
    const [lossy, sparse] = ["lossy", "sparse"].map((name) => said.get(name) === "1");
    return right && !(lossy && sparse) ? { ids: [...ids].map(Number), step, padding, lossy, sparse } : {};
  }

  /** @override */
  draw() {
    const { ids, step, padding, lossy, sparse } = this.state;
    const shown = view(this.state);
    const last = step - 1;
    if (!this.wrong && !this.typing("ids")) this.put("ids", ids.join(""));
    this.put("padding", `${padding}`);
    this.put("lossy", lossy);
    this.put("sparse", sparse);
    for (const [name, other] of [["lossy", sparse], ["sparse", lossy]])
      this.shadowRoot?.querySelector(`[name=${name}]`)?.setAttribute("aria-disabled", `${other}`);
    this.enable("back", step > 0);
    this.enable("step", step < ids.length);
    const parts = [
      make("text", { x: LEFT + CELL, y: 14, class: "small" }, "upstream"),
      make("text", { x: RIGHT + CELL, y: 14, class: "small" }, "weight.grad"),
      ...(shown.read.length ? [make("text", { x: READ, y: 14, class: "small" }, this.words.reads)] : []),
      ...shown.read.map((row, place) =>
        make("text", { x: READ, y: top(place) + HIGH / 2, class: "small", "data-is": `read-${place}` }, row)),
      ...ids.flatMap((id, place) => this.row("upstream", LEFT, place, `${id}`, shown.upstream[place],
        place === last, place >= step, id)),
      ...shown.grad.flatMap((numbers, row) => this.row("grad", RIGHT, row, `${row}`, numbers,
        step > 0 && row === ids[last] && row !== padding, false, row, row === padding)),
    ];
    if (step > 0) {
      const y = (/** @type {number} */ n) => top(n) + HIGH / 2;
      const skipped = ids[last] === padding;
      const from = lossy ? READ + 20 : LEFT + 2 * CELL, to = skipped ? (from + RIGHT) / 2 - 20 : RIGHT - 28;
      const end = skipped ? y(last) : y(ids[last]);
      const bend = lossy ? 25 : 40;
      parts.push(make("path", { class: "hot", d: `M${from} ${y(last)} C${from + bend} ${y(last)} ${to - bend} ${end} ${to} ${end}` }),
        make("path", { class: "hot", d: skipped ? `M${to} ${end - 8}v16` : `M${to - 7} ${end - 5}l7 5l-7 5` }));
    }
    const high = top(Math.max(ROWS, UPSTREAM.length)) + (sparse ? 66 : 0);
    if (sparse) parts.push(...this.sparse(shown.entries));
    this.say(...shown.said);
    this.drawing.replaceChildren(make("svg", {
      viewBox: `0 0 ${RIGHT + 2 * CELL + 6} ${high}`,
      width: 1.4 * (RIGHT + 2 * CELL + 6),
      role: "img",
      "aria-label": [`upstream ${shown.upstream.join("; ")}`, `weight.grad ${shown.grad.join("; ")}`].join(". "),
    }, ...parts));
  }

  /**
   * A row of two numbers with its id in front. The colour of an id is the same on both sides.
   * @param {string} name @param {number} x @param {number} n @param {string} id
   * @param {string[]} numbers @param {boolean} hot @param {boolean} waiting @param {number} colour
   * @param {boolean} [padding]
   */
  row(name, x, n, id, numbers, hot, waiting, colour, padding = false) {
    const look = `row-${colour}${hot ? " hot" : ""}${waiting || padding ? " dashed" : ""}`;
    return [
      make("text", { x: x - 14, y: top(n) + HIGH / 2, class: `row-${colour}` }, id),
      ...numbers.flatMap((number, column) => [
        make("rect", { x: x + column * CELL, y: top(n), width: CELL, height: HIGH, class: look, rx: 3 }),
        make("text", { x: x + (column + 0.5) * CELL, y: top(n) + HIGH / 2, "data-is": `${name}-${n}-${column}` }, number),
      ]),
    ];
  }

  /** What a sparse gradient keeps: an id and a row for each place. @param {string[][]} entries */
  sparse(entries) {
    const y = top(Math.max(ROWS, UPSTREAM.length)) + 4;
    const rows = entries.map(([, ...values]) => values.join(" "));
    let end = LEFT + 46; // each takes as much room as it needs
    return [
      make("text", { x: LEFT - 20, y: y + 18, class: "small start" }, "indices"),
      make("text", { x: LEFT - 20, y: y + 46, class: "small start" }, "values"),
      ...entries.flatMap(([id], n) => {
        const wide = 8 * rows[n].length + 14, x = end + wide / 2;
        end += wide;
        return [
          make("text", { x, y: y + 18, class: `row-${id}`, "data-is": `index-${n}` }, id),
          make("text", { x, y: y + 46, class: "small", "data-is": `values-${n}` }, rows[n]),
        ];
      }),
    ];
  }
}
customElements.define("emb-scatter", Scatter);
