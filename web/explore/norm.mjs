// emb-norm: rows as points in the plane, the shape of a bound, and what a lookup does to them.
import { Figure, fill, make } from "./figure.mjs";
import { read, why } from "./ids.mjs";
import { BOUNDS, EDGE, GRID, NORM_TYPES, START, after, ended, most, refused, view } from "./norm_states.mjs";

const SIDE = 320, UNIT = 46;
const NEAR = 44; // pixels of the page: a finger farther from every point scrolls
/** @param {number} x @param {number} y */
const place = (x, y) => [SIDE / 2 + x * UNIT, SIDE / 2 - y * UNIT];
const ARROWS = /** @type {Record<string, number[]>} */ (
  { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] });
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
.pair { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: center; }
svg { margin: 0; user-select: none; cursor: grab; }
.jump g { transition: transform .6s; }
@media (prefers-reduced-motion: reduce) { .jump g { transition: none; } }
.ball { fill: var(--book-orange); fill-opacity: .12; stroke: var(--book-orange); stroke-width: 2; stroke-linejoin: round; }
.ball.axes { stroke-width: 10; stroke-opacity: .45; stroke-linecap: round; }
g text { stroke: var(--book-paper); stroke-width: 4; paint-order: stroke; }
g.row-0 .dot { fill: var(--book-muted); } g.row-1 .dot { fill: var(--book-blue); } g.row-2 .dot { fill: var(--book-green); } g.row-3 .dot { fill: var(--book-purple); }
.ring { display: none; stroke: var(--book-ink); stroke-width: 2.5; } .chosen .ring { display: inline; } .chosen text { font-size: 17px; }
table { border-collapse: collapse; font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-variant-numeric: tabular-nums; }
td, thead th { padding: .15rem .2rem .15rem .6rem; text-align: right; min-width: 6ch; } td:nth-child(-n+3) { min-width: 7ch; } th:first-child { min-width: 44px; text-align: center; } thead th { color: var(--book-muted); font-weight: 400; }
td.long { color: var(--book-orange); font-weight: 700; }
tbody button { font-weight: 700; border-width: 2px; padding: 0; background: none; } [aria-pressed=true] { outline: 2.5px solid var(--book-ink); }
button.row-0 { color: var(--book-muted); } button.row-1 { color: var(--book-blue); } button.row-2 { color: var(--book-green); } button.row-3 { color: var(--book-purple); }
button[data-row] { border-color: currentColor; }
`);

/** All points of a norm, as a path. @param {string} norm_type @param {number} bound */
function ball(norm_type, bound) {
  const line = (/** @type {number[][]} */ points) =>
    `M${points.map(([x, y]) => place(x, y).map((n) => n.toFixed(1)).join(" ")).join("L")}`;
  const square = (/** @type {number} */ m) => `${line([[m, m], [-m, m], [-m, -m], [m, -m]])}Z`;
  if (norm_type === "inf") return square(bound);
  if (norm_type === "0") { // no number but zero; one number, so the axes; two, so all
    if (bound >= 2) return square(EDGE + 0.2);
    const far = bound < 1 ? 0.06 : EDGE;
    return line([[-far, 0], [far, 0]]) + line([[0, -far], [0, far]]);
  }
  const power = (/** @type {number} */ x) => bound * Math.sign(x) * Math.abs(x) ** (2 / Number(norm_type));
  return `${line(Array.from({ length: 96 }, (_, k) => {
    const turn = k * Math.PI / 48;
    return [power(Math.cos(turn)), power(Math.sin(turn))];
  }))}Z`;
}

/** @param {number} x */
const snap = (x) => Math.max(-EDGE, Math.min(EDGE, Math.round(x / GRID) * GRID));

/** @typedef {import("./norm_states.mjs").State} State */
/** @extends {Figure<State>} */
class Norm extends Figure {
  /** @type {any} */
  plane;
  /** @type {any} */
  table;
  /** @type {any[]} */
  points = [];
  /** @type {any[]} */
  ghosts = [];

  /** @override */
  start() { return START; }

  /** @override */
  controls() {
    return [
      this.choice("norm_type", NORM_TYPES.map((p) => [p, p]),
        (norm_type) => this.afresh({ norm_type })),
      this.slider("max_norm", BOUNDS.map(String), (n) => this.afresh({ max_norm: BOUNDS[n] })),
      this.field("ids", (text) => this.type(text), {
        inputmode: "numeric",
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key === "Enter" && !this.wrong && !ended(this.state)) this.look();
        },
      }),
      this.steps(this.button("look", () => this.look())),
    ];
  }

  /** Another measure: the rows are again where they were put. @param {Partial<State>} changes */
  afresh(changes) { this.set({ ...changes, looked: START.looked }); }

  /** @param {string} text */
  type(text) {
    const { text: used, ids, strange } = read(text);
    if (used !== text) this.put("ids", used);
    /** @type {Norm["wrong"]} */
    const wrong = strange !== undefined ? why(strange) : refused(ids) ?? (ids.length ? null : ["empty"]);
    this.wrong = wrong;
    this.set(wrong ? {} : { ids, row: -1 });
  }

  look() {
    const { ids, looked, norm_type } = this.state;
    this.plane.classList.add("jump");
    this.set({
      row: -1,
      looked: looked.map((times, n) => (ids.includes(n) ? Math.min(times + 1, most(norm_type)) : times)),
    });
  }

  /** Puts a row somewhere: it has not been looked up there. @param {number} row @param {number[]} to */
  move(row, to) {
    const { rows, looked } = this.state;
    this.plane.classList.remove("jump");
    this.set({
      row,
      rows: rows.map((from, n) => (n === row ? to.map(snap) : from)),
      looked: looked.map((times, n) => (n === row ? 0 : times)),
    });
  }

  /** @override */
  answer() {
    const { rows, norm_type, max_norm, looked } = this.state;
    const asked = max_norm === 2 && looked[1] && `${rows[1]}` === `${START.rows[1]}`;
    const seen = norm_type === "inf" || (norm_type === "1" && this.guess === "guess_shape_1");
    return asked && seen ? "guess_shape_2" : null;
  }

  /** @override */
  address() {
    const { rows, ids, norm_type, max_norm, looked, row } = this.state;
    return `rows=${rows.join()};ids=${ids.join("")};norm_type=${norm_type};max_norm=${max_norm};looked=${looked.join("")};row=${row}`;
  }

  /** @override @param {URLSearchParams} said @returns {Partial<State>} */
  read(said) {
    const [rows, ids, norm_type, times] = ["rows", "ids", "norm_type", "looked"].map((name) => said.get(name) ?? "");
    const [max_norm, row] = ["max_norm", "row"].map((name) => Number(said.get(name) ?? NaN));
    const numbers = rows.split(",").map(Number), looked = [...times].map(Number);
    const right = numbers.length === 8 && numbers.every((x) => snap(x) === x)
      && /^[0-3]{1,4}$/.test(ids) && NORM_TYPES.includes(norm_type) && BOUNDS.includes(max_norm)
      && looked.length === 4 && looked.every((n) => n >= 0 && n <= most(norm_type))
      && [-1, 0, 1, 2, 3].includes(row);
    if (!right) return {};
    return { rows: [0, 2, 4, 6].map((n) => numbers.slice(n, n + 2)), ids: [...ids].map(Number), norm_type, max_norm, looked, row };
  }

  /** What stays while the state changes, so that a finger and the keyboard keep hold of it. */
  build() {
    this.shadowRoot?.adoptedStyleSheets.push(sheet);
    const ticks = [-3, -2, -1, 0, 1, 2, 3].flatMap((n) => {
      const [x, y] = place(n, n), [low, high] = [SIDE / 2 - 3.1 * UNIT, SIDE / 2 + 3.1 * UNIT];
      return [
        make("line", { x1: x, x2: x, y1: low, y2: high, class: n ? "" : "muted" }),
        make("line", { y1: y, y2: y, x1: low, x2: high, class: n ? "" : "muted" }),
        make("text", { x, y: SIDE - 8, class: "small" }, `${n}`.replace("-", "−")),
        make("text", { x: 9, y, class: "small" }, `${n}`.replace("-", "−")),
      ];
    });
    this.shape = make("path");
    this.ghosts = START.rows.map((_, n) => make("path", { class: `dashed row-${n}` }));
    this.points = START.rows.map((_, n) => make("g", { class: `row-${n}` },
      make("circle", { r: 13, class: "ring" }), make("circle", { r: 6, class: "dot" }),
      make("text", { class: `row-${n}` })));
    this.plane = make("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, width: SIDE, role: "img" },
      ...ticks, this.shape, ...this.ghosts, ...this.points);
    const cell = (/** @type {string} */ name) => make("td", { "data-is": name });
    this.table = make("table", {},
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, this.words.column),
        make("th", { scope: "colgroup", colspan: 2 }, "weight"),
        ...["norm", "f"].map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...START.rows.map((_, n) => make("tr", {},
        make("th", { scope: "row" }, make("button", {
          type: "button",
          class: `row-${n}`,
          "data-row": n,
          "aria-label": fill(this.words.row, { row: `${n}` }),
          onclick: () => this.set({ row: this.state.row === n ? -1 : n }),
          onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event, n),
        }, `${n}`)),
        cell(`weight-${n}-0`), cell(`weight-${n}-1`), cell(`norm-${n}`), cell(`f-${n}`)))));
    this.listen();
    this.drawing.replaceChildren(make("p", {}, this.words.hint),
      make("div", { class: "pair" }, this.plane, this.table));
  }

  /** @param {KeyboardEvent} event @param {number} n */
  press(event, n) {
    const by = ARROWS[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.move(n, after(this.state, n).row.map((x, column) => snap(x) + by[column] * GRID));
  }

  /** The point nearest to the finger is taken; it moves as the finger does, from where it is. */
  listen() {
    const per = () => this.plane.getBoundingClientRect().width / SIDE * UNIT; // pixels of 1
    const nearest = (/** @type {{ clientX: number, clientY: number }} */ at) => {
      const box = this.plane.getBoundingClientRect();
      const away = START.rows.map((_, n) => {
        const [x, y] = place(.../** @type {[number, number]} */ (after(this.state, n).row));
        const scale = box.width / SIDE;
        return Math.hypot(box.x + x * scale - at.clientX, box.y + y * scale - at.clientY);
      });
      const least = Math.min(...away);
      return least > NEAR ? -1 : away.indexOf(least);
    };
    /** @type {{ row: number, from: number[], at: number[], before: State, moved: boolean } | null} */
    let held = null;
    this.plane.addEventListener("touchstart", (/** @type {TouchEvent} */ event) => {
      if (nearest(event.touches[0]) >= 0) event.preventDefault(); // or the page would scroll
    }, { passive: false });
    this.plane.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      const row = event.button || held ? -1 : nearest(event);
      if (row < 0) return;
      event.preventDefault();
      this.plane.setPointerCapture(event.pointerId);
      held = { row, from: after(this.state, row).row, at: [event.clientX, event.clientY], before: this.state, moved: false };
      this.table.querySelector(`[data-row="${row}"]`).focus({ preventScroll: true });
      this.set({ row });
    });
    this.plane.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (!held) return;
      const { row, from, at } = held, by = [event.clientX - at[0], at[1] - event.clientY];
      held.moved ||= Math.hypot(...by) > 4;
      const to = from.map((x, column) => snap(x + by[column] / per()));
      if (held.moved && `${to}` !== `${this.state.rows[row]}`) this.move(row, to);
    });
    this.plane.addEventListener("pointerup", () => { held = null; });
    this.plane.addEventListener("pointercancel", () => {
      if (held) this.set(held.before);
      held = null;
    });
  }

  /** @override */
  draw() {
    if (!this.plane) this.build();
    const { rows, ids, norm_type, max_norm, row } = this.state;
    const shown = view(this.state);
    if (!this.wrong && !this.typing("ids")) this.put("ids", ids.join(""));
    this.put("norm_type", norm_type);
    this.put("max_norm", BOUNDS.indexOf(max_norm), `${max_norm}`);
    this.enable("look", !ended(this.state));
    this.plane.setAttribute("aria-label", fill(this.words.plane, { bound: `${max_norm}` }));
    this.shape.setAttribute("d", ball(norm_type, max_norm));
    this.shape.setAttribute("class", norm_type === "0" && max_norm < 2 ? "ball axes" : "ball");
    rows.forEach((start, n) => {
      const now = after(this.state, n), chosen = n === row;
      const [x, y] = place(.../** @type {[number, number]} */ (now.row));
      const [x0, y0] = place(.../** @type {[number, number]} */ (start));
      const point = this.points[n], [, , text] = point.children;
      point.style.transform = `translate(${x}px, ${y}px)`;
      point.setAttribute("class", `row-${n}${chosen ? " chosen" : ""}`);
      text.textContent = chosen ? fill(this.words.row, { row: `${n}` }) : `${n}`;
      // Away from the middle, where the points may lie close; but not beyond the edge.
      const [right, down] = [x - SIDE / 2, y - SIDE / 2], out = Math.hypot(right, down) || 1;
      const half = chosen ? 36 : 6, far = Math.abs(down) > 100;
      text.setAttribute("x", Math.max(half, Math.min(SIDE - half, x + (far ? 0 : 14 * right / out))) - x);
      text.setAttribute("y", (down < 0 === far ? 1 : -1) * (chosen ? 24 : 20));
      const jumped = Math.hypot(x - x0, y - y0) > 1; // where it was stays as a ring of dashes
      this.ghosts[n].setAttribute("d", jumped ? `M${x} ${y}L${x0} ${y0}M${x0 - 7} ${y0}a7 7 0 1 0 14 0a7 7 0 1 0 -14 0` : "");
      this.table.querySelector(`[data-row="${n}"]`).setAttribute("aria-pressed", `${chosen}`);
      const write = (/** @type {string} */ name, /** @type {string} */ value) => {
        const cell = this.table.querySelector(`[data-is=${name}]`);
        cell.textContent = value;
        cell.className = name === `norm-${n}` && now.length > max_norm ? "long" : "";
      };
      shown.weight[n].forEach((number, column) => write(`weight-${n}-${column}`, number));
      write(`norm-${n}`, shown.norm[n]);
      write(`f-${n}`, shown.f[n]);
    });
    this.say(...shown.said);
  }
}
customElements.define("emb-norm", Norm);
