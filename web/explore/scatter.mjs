// emb-scatter: upstream rows travel to the rows of the table that their ids name, and add up.
import { Figure, make } from "./figure.mjs";
import { ROWS, START, UPSTREAM, view } from "./scatter_states.mjs";

const CELL = 52, HIGH = 30, GAP = 8;
const LEFT = 40, RIGHT = 250; // where the upstream rows begin, and those of the gradient
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
      this.field("ids", (text) => this.type(text), { inputmode: "numeric", maxlength: 12 }),
      this.choice("padding", [["-1", "None"], ...rows],
        (value) => this.set({ padding: Number(value), step: 0 })),
      // A sparse gradient is not made by adding to a table: the one switches the other off.
      this.toggle("lossy", (lossy) => this.set({ lossy, sparse: false })),
      this.toggle("sparse", (sparse) => this.set({ sparse, lossy: false })),
      this.button("back", () => { this.pause(); this.move(-1); }),
      this.button("step", () => { this.pause(); this.move(1); }),
      this.button("play", () => this.play(900)),
    ];
  }

  /** @param {string} text */
  type(text) {
    this.pause();
    const ids = text.replace(/[\s,，]/g, "").slice(0, UPSTREAM.length);
    const wrong = [...ids].find((sign) => !"0123".includes(sign));
    if (wrong === undefined && ids) this.set({ ids: [...ids].map(Number), step: 0 });
    else if (wrong !== undefined) {
      this.say(/\d/.test(wrong) ? "out_of_range" : "no_id", { id: wrong });
      this.tell();
    }
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
    if (!this.typing()) this.put("ids", ids.join(""));
    this.put("padding", `${padding}`);
    this.put("lossy", lossy);
    this.put("sparse", sparse);
    this.enable("back", step > 0);
    this.enable("step", step < ids.length);
    const parts = [
      make("text", { x: LEFT + CELL, y: 14, class: "small" }, "upstream"),
      make("text", { x: RIGHT + CELL, y: 14, class: "small" }, "weight.grad"),
      ...ids.flatMap((id, place) => this.row("upstream", LEFT, place, `${id}`, shown.upstream[place],
        place === last, place >= step, id)),
      ...shown.grad.flatMap((numbers, row) => this.row("grad", RIGHT, row, `${row}`, numbers,
        step > 0 && row === ids[last] && row !== padding, false, row, row === padding)),
    ];
    if (step > 0) {
      const y = (/** @type {number} */ n) => top(n) + HIGH / 2;
      const skipped = ids[last] === padding;
      const from = LEFT + 2 * CELL, to = skipped ? (from + RIGHT) / 2 - 20 : RIGHT - 28;
      const end = skipped ? y(last) : y(ids[last]);
      parts.push(make("path", { class: "hot", d: `M${from} ${y(last)} C${from + 40} ${y(last)} ${to - 40} ${end} ${to} ${end}` }),
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

  typing() {
    return this.shadowRoot?.activeElement?.getAttribute("name") === "ids";
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
    return [
      make("text", { x: LEFT - 20, y: y + 18, class: "small start" }, "indices"),
      make("text", { x: LEFT - 20, y: y + 46, class: "small start" }, "values"),
      ...entries.flatMap(([id, ...values], n) => [
        make("text", { x: LEFT + 88 + n * 76, y: y + 18, class: `row-${id}`, "data-is": `index-${n}` }, id),
        make("text", { x: LEFT + 88 + n * 76, y: y + 46, class: "small", "data-is": `values-${n}` }, values.join(" ")),
      ]),
    ];
  }
}
customElements.define("emb-scatter", Scatter);
