// emb-row: one number of a row, pushed in one visit or two, and where it goes without any.
import { Figure, fill, make } from "./figure.mjs";
import { GRID, REFUSED, START, STEPS, allowed, run, view } from "./row_states.mjs";

const WIDE = 400, LEFT = 44, RIGHT = WIDE - 10;
const TOP = 30, FOOT = 170; // of the path of w
const WAY = 222; // the bar of the way, seen and unseen
const KEPT = 272, END = 422; // what the optimizer keeps
const FULL = { orange: "fill: var(--book-orange); stroke: none", bar: "fill: var(--book-purple); stroke: none", ink: "fill: var(--book-ink); stroke: none" };
/** @param {number} step */
const across = (step) => LEFT + (RIGHT - LEFT) * step / STEPS;

/** @extends {Figure<import("./row_states.mjs").State>} */
class Row extends Figure {
  /** @type {Partial<import("./row_states.mjs").State>} what the reader chose, also where it is refused now */
  chosen = {};
  refused = make("p", { style: "flex-basis: 100%; font-size: .85rem; color: var(--book-muted)" });

  /** @override */
  start() {
    this.chosen = {};
    return { ...START };
  }

  /** @override */
  controls() {
    const { optimizer, lr, momentum, betas, decay, visit } = GRID;
    const visits = visit.map(String);
    /** @param {"lr" | "momentum" | "betas" | "decay"} key @param {(number | string)[]} values */
    const option = (key, values) => this.choice(key, values.map((v) => [`${v}`, `${v}`]),
      (value) => {
        const chosen = { [key]: key === "betas" ? value : Number(value) };
        Object.assign(this.chosen, chosen);
        this.set(chosen);
      });
    return [
      this.choice("optimizer", optimizer.map((name) => [name, name]), (name) => this.take(name)),
      option("lr", lr),
      option("momentum", momentum),
      option("betas", betas),
      option("decay", decay),
      this.refused,
      this.slider("first", visits, (n) => this.visit({ first: visit[n] })),
      this.slider("last", visits, (n) => this.visit({ last: visit[n] })),
      this.slider("step", Array.from({ length: STEPS + 1 }, String), (step) => {
        this.pause();
        this.set({ step });
      }),
      this.steps(
        this.button("back", () => this.move(-1)),
        this.button("step_on", () => this.move(1)),
        this.button("play", () => this.play(90))),
    ];
  }

  /** An optimizer takes what the reader chose, without what it refuses. @param {string} optimizer */
  take(optimizer) { this.set(allowed({ ...this.state, ...this.chosen, optimizer })); }

  /** The last visit is not before the first: the one takes the other along. @param {{ first?: number, last?: number }} moved */
  visit(moved) {
    const { first, last } = { ...this.state, ...moved };
    this.set(moved.first ? { first, last: Math.max(first, last) } : { first: Math.min(first, last), last });
  }

  /** @param {number} by */
  move(by) {
    this.pause();
    this.set({ step: Math.max(0, Math.min(STEPS, this.state.step + by)) });
  }

  /** @override */
  tick() {
    const step = this.state.step === STEPS ? 0 : this.state.step + 1;
    this.change({ step });
    return step < STEPS;
  }

  /** @override */
  answer() {
    const { optimizer, betas, decay, last, step } = this.state;
    const asked = optimizer === "Adam" && betas === START.betas && !decay && last === 1;
    return asked && step === STEPS ? "guess_half_2" : null;
  }

  /** @override */
  address() {
    return Object.entries(this.state).map(([name, value]) => `${name}=${`${value}`.replace(", ", ",")}`).join(";");
  }

  /** @override @param {URLSearchParams} said */
  read(said) {
    const numbers = Object.fromEntries(["lr", "momentum", "decay", "first", "last", "step"]
      .map((name) => [name, Number(said.get(name) ?? NaN)]));
    const state = /** @type {import("./row_states.mjs").State} */ ({
      optimizer: said.get("optimizer") ?? "", betas: (said.get("betas") ?? "").replace(",", ", "), ...numbers });
    const { optimizer, lr, momentum, betas, decay, first, last, step } = state;
    const right = optimizer in REFUSED && GRID.lr.includes(lr) && GRID.momentum.includes(momentum)
      && GRID.betas.includes(betas) && GRID.decay.includes(decay) && GRID.visit.includes(first)
      && GRID.visit.includes(last) && first <= last && Number.isInteger(step) && step >= 0 && step <= STEPS;
    if (right) this.chosen = {};
    return right ? allowed(state) : {};
  }

  /** @override */
  draw() {
    const { optimizer, first, last, step } = this.state;
    const shown = view(this.state);
    for (const name of /** @type {const} */ (["optimizer", "lr", "momentum", "betas", "decay"])) {
      this.put(name, this.state[name]);
    }
    this.put("first", GRID.visit.indexOf(first), `${first}`);
    this.put("last", GRID.visit.indexOf(last), last === first ? this.words.none : `${last}`);
    this.put("step", step, `${step}`);
    const refused = REFUSED[optimizer];
    for (const name of /** @type {const} */ (["momentum", "betas", "weight_decay"])) {
      this.enable(name === "weight_decay" ? "decay" : name, !refused.includes(name));
    }
    this.refused.replaceChildren(this.words.refused, ...shown.refused.flatMap((message, n) =>
      [" ", make("code", { "data-is": `refused-${n}` }, message)]));
    this.enable("back", step > 0);
    this.enable("step_on", step < STEPS);
    this.say(...shown.said);
    this.drawing.replaceChildren(make("svg", {
      viewBox: `0 0 ${WIDE} ${END + 4}`,
      width: 1.4 * WIDE,
      role: "img",
      "aria-label": [`w ${shown.w}`, ...shown.kept.map(([name, number]) => `${name} ${number}`),
        `${this.words.unseen} ${shown.unseen}`].join(". "),
    }, ...this.path(shown), ...this.way(shown), ...this.kept(shown)));
  }

  /** The path of w: thick where the row was in the batch, dashed where it was not. @param {ReturnType<typeof view>} shown */
  path({ w, gradient, ticks, line, said }) {
    const { first, last, step } = this.state;
    const bottom = Number(ticks[2].replace("−", "-"));
    const points = line.split(" ").map((text, t) =>
      [across(t), TOP + (FOOT - TOP) * (1 - Number(text.replace("−", "-"))) / (1 - bottom)]);
    const there = [...new Set([first, last])];
    const [x, y] = points[step], [halfX, halfY] = points[Number(said[1].half)] ?? [];
    return [
      ...this.head(14, "w", w),
      make("text", { x: across(STEPS / 2), y: 14, class: "small" }, fill(this.words.now, { step: `${step}` }), " ",
        make("tspan", { "data-is": "gradient" }, gradient)),
      ...ticks.flatMap((tick, n) => [
        make("line", { x1: LEFT, x2: RIGHT, y1: TOP + n * (FOOT - TOP) / 2, y2: TOP + n * (FOOT - TOP) / 2 }),
        make("text", { x: LEFT - 6, y: TOP + n * (FOOT - TOP) / 2, class: "small end", "data-is": `tick-${n}` }, tick),
      ]),
      make("polyline", { class: "row-2 dashed", style: "stroke-width: 2.5", points: points.join(" ") }),
      ...there.filter((t) => t <= step).map((t) =>
        make("polyline", { class: "hot", points: points.slice(t - 1, t + 1).join(" ") })),
      ...there.map((t) => make("path", { d: `M${across(t)} ${FOOT + 4}l-6 11h12z`, class: "hot", style: t <= step ? FULL.orange : "" })),
      make("line", { class: "muted", "stroke-dasharray": "2 3", x1: x, x2: x, y1: TOP, y2: FOOT }),
      make("circle", { cx: x, cy: y, r: 4.5, style: `fill: var(--book-${there.includes(step) ? "orange" : "green"}); stroke: none` }),
      ...(said[0] !== "end" ? [] : [
        make("circle", { cx: halfX, cy: halfY, r: 5, class: "muted" }),
        make("text", { x: halfX + 20, y: halfY - 12 }, "1/2"),
      ]),
      ...[0, 20, 40, 60].map((t) => make("text", { x: across(t), y: FOOT + 28, class: "small" }, `${t}`)),
    ];
  }

  /** How much of the way was seen. @param {ReturnType<typeof view>} shown */
  way({ seen, unseen, share }) {
    const [a, b] = [seen, unseen].map(Number);
    const wide = a + b > 0 ? (RIGHT - LEFT) * a / (a + b) : 0;
    return [
      make("rect", { x: LEFT, y: WAY - 7, width: wide, height: 14, style: FULL.orange }),
      a + b > 0 && make("rect", { class: "row-2 dashed", x: LEFT + wide, y: WAY - 7, width: RIGHT - LEFT - wide, height: 14 }),
      make("text", { x: LEFT, y: WAY + 21, class: "hot start", style: "font-size: 13px" }, `▲ ${this.words.seen} `, make("tspan", { "data-is": "seen" }, seen)),
      make("text", { x: RIGHT, y: WAY + 21, class: "row-2 end", style: "font-size: 13px" }, `${this.words.unseen} `,
        make("tspan", { "data-is": "unseen" }, unseen), ", ", make("tspan", { "data-is": "share" }, share)),
    ].filter(Boolean);
  }

  /** The state of the optimizer, a bar for each step. @param {ReturnType<typeof view>} shown */
  kept({ kept }) {
    const { step } = this.state;
    const arrays = run(this.state).kept;
    if (!kept.length) return [make("text", { x: across(STEPS / 2), y: (KEPT + END) / 2, class: "muted" }, this.words.no_state)];
    const high = (END - KEPT) / kept.length;
    return kept.flatMap(([name, number, most], n) => {
      const top = KEPT + n * high + 22, foot = KEPT + (n + 1) * high - 6;
      const numbers = arrays[name];
      const [low, up] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
      const y = (/** @type {number} */ x) => foot - (foot - top) * (x - low) / (up - low || 1);
      return [
        ...this.head(top - 12, name, number),
        make("text", { x: across(STEPS / 2) + 14, y: top - 12, class: "small" }, "max ",
          make("tspan", { "data-is": `${name}-most` }, most)),
        make("line", { x1: LEFT, x2: RIGHT, y1: y(0), y2: y(0) }),
        make("line", { x1: LEFT, x2: LEFT, y1: top, y2: foot }),
        ...numbers.slice(1, step + 1).map((x, t) => make("rect", {
          x: across(t + 1) - 2, width: 4, y: Math.min(y(0), y(x)), height: Math.abs(y(x) - y(0)),
          style: t + 1 === step ? FULL.ink : FULL.bar })),
      ];
    });
  }

  /** A name on the left, its number on the right. @param {number} y @param {string} name @param {string} number */
  head(y, name, number) {
    return [
      make("text", { x: LEFT, y, class: "start" }, name),
      make("text", { x: RIGHT, y, class: "end", "data-is": name }, number),
    ];
  }
}
customElements.define("emb-row", Row);
