// emb-letters: 27 letters, two numbers each, wander to where the letters they are used like stand.
import { Figure, fill, make } from "./figure.mjs";
import {
  ABC, EDGE, EVERY, GRID, HOW, SEEDS, START, VOWELS, end, losses, need, ready, returned, trail, view,
} from "./letters_states.mjs";

const SIDE = 400, UNIT = 92; // pixels of the map, and of 1 in the table
const WIDE = 260, HIGH = 170, LOW = 2.6, TOP = 4.4; // of the curve, and what losses it shows
const ARROWS = /** @type {{ [key: string]: [number, number] }} */ (
  { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] });
const look = new CSSStyleSheet();
look.replaceSync(`
.drawing { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: center; justify-content: center; }
.map { width: 400px; max-width: 100%; cursor: grab; user-select: none; -webkit-user-select: none; }
.map .frame { stroke: var(--book-grid); }
.letter circle { stroke: var(--book-blue); }
.letter.vowel text { fill: var(--book-blue); font-weight: 700; }
.letter.far text { fill: var(--book-muted); }
.letter rect { stroke: none; }
.chosen rect { stroke: var(--book-orange); stroke-width: 2.5; }
.hold { touch-action: none; fill: transparent; stroke: none; }
.trail { stroke: var(--book-orange); }
.playing .letter, .playing .hold { transition: transform 60ms linear; }
.side { flex: 1 1 230px; max-width: 300px; }
dl { display: grid; grid-template-columns: auto auto; gap: .1rem .8rem; margin: .3rem 0; font-variant-numeric: tabular-nums; }
dt { color: var(--book-muted); } dd { margin: 0; font-weight: 700; text-align: right; }
.curve { stroke: var(--book-blue); stroke-width: 2; } .curve.whole { stroke: var(--book-muted); }
p.hint { font-size: .9rem; color: var(--book-muted); }`);

/** A number of a view as a place. @param {string} shown */
const number = (shown) => Number(shown.replace("−", "-"));
/** @param {number} n */
const kept = (n) => Math.max(-EDGE, Math.min(EDGE, n)) + 0; // no −0
/** @param {string[]} place of a view @returns {[number, number]} in pixels, from the middle */
const pixels = ([x, y]) => {
  const [right, up] = [number(x), number(y)].map((n) =>
    Math.max(-EDGE * GRID, Math.min(EDGE * GRID, n)) * UNIT);
  return [right, -up];
};

/** @extends {Figure<import("./letters_states.mjs").State>} */
class Letters extends Figure {
  /** @type {string[][]} */
  places = [];
  parts = this.build();

  /** @override */
  start() {
    const { seed, how, batches } = this.dataset;
    return {
      ...START,
      seed: seed ? Number(seed) : START.seed,
      how: how ?? START.how,
      batches: batches !== undefined,
    };
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.shadowRoot?.adoptedStyleSheets.push(look);
    let before = this.state;
    window.addEventListener("beforeprint", () => {
      before = this.state;
      if (before.step === 0) this.set({ step: end(before) }); // on paper it has learned
    });
    window.addEventListener("afterprint", () => this.set(before));
  }

  /** @override */
  controls() {
    const { words } = this;
    return [
      this.choice("seed", SEEDS.map((seed) => [`${seed}`, `${seed}`]),
        (seed) => this.again({ seed: Number(seed) })),
      this.choice("how", Object.entries(HOW).map(([key, [adam, lr]]) =>
        [key, `${adam ? "Adam" : "SGD"}, lr ${lr}`]), (how) => this.again({ how })),
      this.choice("batches", [["0", words.all_pairs], ["1", words.few_pairs]],
        (value) => this.again({ batches: value === "1" })),
      this.choice("letter", [["-1", words.none],
        .../** @type {[string, string][]} */ (Array.from(ABC, (letter, id) => [`${id}`, letter]))],
      (id) => this.set({ letter: Number(id) })),
      this.toggle("lossy", (lossy) => this.again({ lossy })),
      this.slider("at", new Array(2), (n) => { this.pause(); this.set({ step: n * EVERY }); }),
      this.button("play", () => this.play(50)),
    ];
  }

  /** A run from the start, once its data are here. @param {Partial<typeof START>} changes */
  again(changes) {
    this.pause();
    this.set({ ...changes, step: 0, moves: [] });
  }

  /** @override */
  tick() {
    const last = end(this.state);
    const step = this.state.step >= last ? 0 : this.state.step + EVERY;
    this.change({ step });
    return step < last;
  }

  /** @override */
  pause() {
    const played = this.ticking;
    super.pause();
    if (played) this.show(); // and says where it stands
  }

  /** @override */
  answer() {
    const { step } = this.state;
    if (this.dataset.question === "back") return returned(this.state) ? "guess_back_2" : null;
    const asked = { ...this.start(), letter: this.state.letter, step };
    return step === end(asked) && JSON.stringify(asked) === JSON.stringify(this.state)
      ? "guess_nearest_2" : null;
  }

  /** @override */
  address() {
    const { seed, how, batches, lossy, step, letter, moves } = this.state;
    const carried = moves.map((move) => [move.step, move.letter, move.x, move.y].join("_"));
    return `seed=${seed};how=${how};batches=${Number(batches)};lossy=${Number(lossy)};step=${step}`
      + `;letter=${letter};moves=${carried.join(",")}`;
  }

  /** @override @param {URLSearchParams} said */
  read(said) {
    const whole = (/** @type {string | undefined | null} */ text, /** @type {number} */ low, /** @type {number} */ high) => {
      const n = /^-?\d{1,4}$/.test(text ?? "") ? Number(text) : NaN;
      return n >= low && n <= high ? n : NaN;
    };
    const moves = (said.get("moves") || "").split(",").filter(Boolean).map((text) => {
      const [step, letter, x, y] = text.split("_");
      return {
        step: whole(step, 0, 2000), letter: whole(letter, 0, ABC.length - 1),
        x: whole(x, -EDGE, EDGE), y: whole(y, -EDGE, EDGE),
      };
    });
    const state = {
      seed: Number(said.get("seed")),
      how: said.get("how") ?? "",
      batches: said.get("batches") === "1",
      lossy: said.get("lossy") === "1",
      step: whole(said.get("step"), 0, 2000),
      letter: whole(said.get("letter") ?? "-1", -1, ABC.length - 1),
      moves,
    };
    const steps = [...moves.map((move) => move.step), state.step];
    const right = SEEDS.includes(state.seed) && Object.hasOwn(HOW, state.how) && state.letter >= -1
      && moves.every((move) => move.letter + move.x + move.y < Infinity)
      && steps.every((step, n) => step % EVERY === 0
        && (n === moves.length || step >= (steps[n - 1] ?? 0)) && step <= end({ ...state, moves: moves.slice(0, n) }));
    return right ? state : {};
  }

  // --- a letter is carried -------------------------------------------------------------------

  /** Puts the chosen letter down. @param {number} x @param {number} y in steps of the grid */
  carry(x, y) {
    const { step, letter, moves } = this.state;
    const before = moves.filter((move) => move.step < step
      || (move.step === step && move.letter !== letter));
    this.set({ moves: [...before, { step, letter, x: kept(x), y: kept(y) }] });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const id = ABC.indexOf(event.key), by = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (id < 0 && !by)) return;
    event.preventDefault();
    this.pause();
    if (id >= 0) { this.set({ letter: id }); return; }
    if (this.state.letter < 0) { this.say("choose"); this.tell(); return; }
    const [x, y] = this.places[this.state.letter].map((shown, d) => {
      const at = number(shown) / GRID;
      return by[d] > 0 ? Math.floor(at) + 1 : by[d] < 0 ? Math.ceil(at) - 1 : Math.round(at);
    });
    this.carry(x, y);
  }

  /** Takes the letter nearest to the finger. Only then, and only when it moves, is it carried.
   * @param {PointerEvent} down */
  take(down) {
    const map = this.parts.map;
    const box = map.getBoundingClientRect();
    const place = (/** @type {PointerEvent} */ event) => [
      ((event.clientX - box.left) / box.width - 0.5) * SIDE,
      ((event.clientY - box.top) / box.height - 0.5) * SIDE];
    const [x, y] = place(down);
    const far = (/** @type {string[]} */ shown) => {
      const [left, top] = pixels(shown);
      return Math.hypot(left - x, top - y);
    };
    this.pause();
    const near = this.places.reduce((one, shown, id) => (far(shown) < far(this.places[one]) ? id : one), 0);
    this.set({ letter: near });
    let moving = false;
    const move = (/** @type {PointerEvent} */ event) => {
      const [left, top] = place(event);
      moving ||= Math.hypot(left - x, top - y) > 6;
      if (moving) this.carry(Math.round(left / UNIT / GRID), Math.round(-top / UNIT / GRID));
    };
    const drop = () => {
      map.removeEventListener("pointermove", move);
      ["pointerup", "pointercancel"].forEach((name) => map.removeEventListener(name, drop));
    };
    map.setPointerCapture(down.pointerId);
    map.addEventListener("pointermove", move);
    ["pointerup", "pointercancel"].forEach((name) => map.addEventListener(name, drop));
  }

  // --- the picture: made once, then changed ------------------------------------------------------

  build() {
    const { words } = this;
    const letters = Array.from(ABC, (letter) => make("g", { class: `letter${VOWELS.includes(letter) ? " vowel" : ""}` },
      ...(VOWELS.includes(letter) ? [make("circle", { r: 10 })] : []),
      make("rect", { x: -11, y: -11, width: 22, height: 22 }), make("text", {}, letter)));
    const path = make("polyline", { class: "trail" });
    const hold = make("circle", { class: "hold", r: 24 });
    const map = make("svg", {
      class: "map", viewBox: `${-SIDE / 2} ${-SIDE / 2} ${SIDE} ${SIDE}`, tabindex: 0,
      role: "application", "aria-label": words.map,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      onpointerdown: (/** @type {PointerEvent} */ event) => this.take(event),
    }, make("g", { "aria-hidden": "true" },
      make("rect", { class: "frame", x: 1 - SIDE / 2, y: 1 - SIDE / 2, width: SIDE - 2, height: SIDE - 2, rx: 6 }),
      path, ...letters, hold));
    const curve = make("polyline", { class: "curve" });
    const whole = make("polyline", { class: "curve whole dashed" });
    const steps = make("text", { class: "small end", x: WIDE - 6, y: HIGH - 8 });
    const numbers = Object.fromEntries(["loss", "whole", "nearest", "chosen"].map((name) =>
      [name, [make("dt", {}, words[name] ?? ""), make("dd", { "data-is": name })]]));
    this.drawing.append(map, make("div", { class: "side" },
      make("dl", {}, ...Object.values(numbers).flat()),
      make("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": words.curve },
        make("path", { d: `M28 6V${HIGH - 20}H${WIDE - 6}` }), whole, curve,
        ...[3, 4].map((n) => make("text", { class: "small", x: 14, y: this.high(n) }, `${n}`)),
        make("text", { class: "small start", x: 36, y: 12 }, "loss"),
        make("text", { class: "small", x: 30, y: HIGH - 8 }, "0"), steps),
      make("p", { class: "hint" }, words.hint)));
    return { map, letters, path, hold, curve, whole, steps, numbers };
  }

  /** @param {number} lost */
  high(lost) {
    return HIGH - 20 - (Math.min(lost, TOP) - LOW) * ((HIGH - 26) / (TOP - LOW));
  }

  /** @override */
  draw() {
    const { state, parts } = this;
    this.drawing.ariaBusy = `${!ready(state)}`;
    if (!ready(state)) { need(state).then(() => this.show()); return; }
    const shown = view(state), last = end(state), { letter, step } = state;
    this.places = shown.places;
    this.put("seed", state.seed);
    this.put("how", state.how);
    this.put("batches", state.batches ? "1" : "0");
    this.put("letter", letter);
    this.put("lossy", state.lossy);
    const slider = /** @type {any} */ (this.shadowRoot?.querySelector("[name=at]"));
    slider.max = last / EVERY;
    this.put("at", step / EVERY, `${step}`);
    parts.map.classList.toggle("playing", this.ticking > 0);
    parts.letters.forEach((each, id) => {
      const [x, y] = pixels(shown.places[id]);
      each.style.transform = `translate(${x}px, ${y}px)`;
      each.classList.toggle("far", shown.places[id].some((n) => Math.abs(number(n)) > EDGE * GRID));
      each.classList.toggle("chosen", id === letter);
    });
    const [x, y] = letter < 0 ? [SIDE, SIDE] : pixels(shown.places[letter]);
    parts.hold.style.transform = `translate(${x}px, ${y}px)`;
    parts.path.setAttribute("points", trail(state).map((place) =>
      pixels(place.map(String)).map((n) => n.toFixed(1)).join()).join(" "));
    const points = (/** @type {typeof state} */ one) => losses(one).map((lost, n) =>
      `${(28 + n * EVERY / last * (WIDE - 34)).toFixed(1)},${this.high(lost).toFixed(1)}`).join(" ");
    parts.curve.setAttribute("points", points(state));
    parts.whole.setAttribute("points", state.lossy ? points({ ...state, lossy: false }) : "");
    parts.steps.textContent = `${last}`;
    for (const [name, [said, number_]] of Object.entries(parts.numbers)) {
      const text = name === "chosen" ? shown.chosen.slice(1).join(" ") : /** @type {any} */ (shown)[name];
      if (name === "chosen") said.textContent = fill(this.words.stands, { who: shown.chosen[0] });
      said.hidden = number_.hidden = !text;
      number_.textContent = text;
    }
    if (this.ticking) this.say("running");
    else this.say(...shown.said);
  }
}
// Those of this page begin where their data are.
for (const figure of document.querySelectorAll("emb-letters")) {
  const { seed, batches } = /** @type {HTMLElement} */ (figure).dataset;
  await need({ ...START, seed: Number(seed ?? START.seed), batches: batches !== undefined });
}
customElements.define("emb-letters", Letters);
