// emb-letters: 27 letters, two numbers each, wander to where the letters they are used like stand.
import { Figure, fill, make } from "./figure.mjs";
import {
  ABC, EDGE, EVERY, GRID, HOW, SEEDS, START, VOWELS, end, losses, need, ready, returned, trail, view,
} from "./letters_states.mjs";

const UNIT = 92; // pixels of 1 in the table; the map has 400
// The curve, 226 × 145 pixels, is for losses from 2.6 to 4.05.
const ARROWS = /** @type {{ [key: string]: [number, number] }} */ (
  { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] });
const look = new CSSStyleSheet();
look.replaceSync(`
.drawing { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: center; justify-content: center; }
.map { width: 400px; cursor: grab; user-select: none; -webkit-user-select: none; }
.vowel text { fill: var(--book-blue); font-weight: 700; }
.far text { fill: var(--book-muted); }
.letter rect { stroke: none; }
polyline.hot { stroke-width: 1.5; }
.letter.chosen rect { stroke: var(--book-orange); stroke-width: 2.5; }
.hold { fill: transparent; stroke: none; }
.dot { fill: var(--book-ink); stroke: none; } .far .dot { fill: var(--book-muted); } .dot ~ text { visibility: hidden; }
.more { flex-basis: 100%; } .more summary { cursor: pointer; min-height: 44px; line-height: 44px; }
.touch { display: none; }
@media (pointer: coarse) { .touch { display: inline; } }
.side { flex: 1 1 230px; max-width: 300px; }
dl { display: grid; grid-template-columns: auto auto; gap: .1rem .8rem; margin: 0; }
dt, .hint { color: var(--book-muted); } dd { margin: 0; white-space: nowrap; font-weight: 700; text-align: right; }`);

/** @param {number} lost */
const high = (lost) => 150 - 100 * (Math.min(lost, 4.05) - 2.6);
/** @param {number} n @param {number} most */
const within = (n, most) => Math.max(-most, Math.min(most, n)) + 0; // no −0
/** A row of the table in pixels from the middle, at the edge if it is farther out.
 * @param {number[]} row */
const pixels = ([x, y]) => [within(x, EDGE * GRID) * UNIT, -within(y, EDGE * GRID) * UNIT];

/** @extends {Figure<import("./letters_states.mjs").State>} */
class Letters extends Figure {
  /** @type {number[][]} where each letter is shown */
  places = [];
  parts = this.build();

  /** @override */
  start() {
    const { seed, how, batches } = this.dataset;
    return { ...START, seed: Number(seed ?? START.seed), how: how ?? START.how, batches: batches === "" };
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
    const more = [
      this.choice("seed", SEEDS.map((seed) => [`${seed}`, `${seed}`]),
        (seed) => this.again({ seed: Number(seed) })),
      this.choice("how", HOW.map((key) =>
        [key, key.replace("adam-", "Adam, lr ").replace("sgd-", "SGD, lr ")]), (how) => this.again({ how })),
      this.choice("batches", [["0", words.all_pairs], ["1", words.few_pairs]],
        (value) => this.again({ batches: value === "1" })),
      this.toggle("lossy", (lossy) => this.again({ lossy })),
    ];
    // The front page asks for nothing that the book has not explained yet.
    this.drawing.append(make("details", { class: "more", open: this.dataset.question === "back" },
      make("summary", {}, words.more), make("div", { class: "controls" }, ...more)));
    return [
      this.choice("letter", [["-1", words.none],
        .../** @type {[string, string][]} */ (Array.from(ABC, (letter, id) => [`${id}`, letter]))],
      (id) => this.set({ letter: Number(id) })),
      this.slider("at", new Array(2), (n) => { this.pause(); this.set({ step: n * EVERY }); }),
      this.steps(this.button("play", () => this.play(50))),
    ];
  }

  /** @param {Partial<typeof START>} changes */
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
  playing() {
    super.playing();
    const { step } = this.state, button = this.shadowRoot?.querySelector("[data-do=play]");
    if (button && step && !this.ticking)
      button.textContent = this.words[step >= end(this.state) ? "from_start" : "go_on"];
  }

  /** @override */
  answer() {
    if (!ready(this.state)) return null;
    if (this.dataset.question === "back") return returned(this.state) ? "guess_back_2" : null;
    const right = this.state.step === end(this.state) && "hny".indexOf(view(this.state).nearest) + 1;
    return right ? `guess_nearest_${right}` : null;
  }

  /** @override */
  address({ seed, how, batches, lossy, step, letter, moves } = this.state) {
    const carried = moves.map((move) => Object.values(move).join("_"));
    return `seed=${seed};how=${how};batches=${Number(batches)};lossy=${Number(lossy)};step=${step}`
      + `;letter=${letter};moves=${carried}`;
  }

  /** @override @param {URLSearchParams} said */
  read(said) {
    const of = (/** @type {string} */ name) => said.get(name) ?? "";
    const moves = of("moves").split(",").filter(Boolean).map((one) => {
      const [step, letter, x, y] = one.split("_").map(Number);
      return { step, letter, x, y };
    });
    const state = {
      seed: Number(of("seed")), how: of("how"), batches: of("batches") === "1",
      lossy: of("lossy") === "1", step: Number(of("step")), letter: Number(of("letter")), moves,
    };
    const last = { step: state.step, letter: Math.max(state.letter, 0), x: 0, y: 0 };
    const right = SEEDS.includes(state.seed) && HOW.includes(state.how) && state.letter >= -1
      && [...moves, last].every(({ step, letter, x, y }, n) => step % EVERY === 0
        && step >= (moves[n - 1]?.step ?? 0) && step <= end({ ...state, moves: moves.slice(0, n) })
        && ABC[letter] && x === within(Math.round(x), EDGE) && y === within(Math.round(y), EDGE));
    const again = Array.from(said, ([name, value]) => `${name}=${value}`).join(";");
    return right && this.address(state) === again ? state : {};
  }

  // --- a letter is carried -------------------------------------------------------------------

  /** Puts the chosen letter down. @param {number} x @param {number} y in steps of the grid */
  carry(x, y) {
    const { step, letter, moves } = this.state;
    const before = moves.filter((move) => move.step < step
      || (move.step === step && move.letter !== letter));
    this.set({ moves: [...before, { step, letter, x: within(x, EDGE), y: within(y, EDGE) }] });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const id = ABC.indexOf(event.key), by = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (id < 0 && !by)) return;
    event.preventDefault();
    this.pause();
    if (id >= 0) { this.set({ letter: id }); return; }
    if (this.state.letter < 0) { this.say("choose"); this.tell(); return; }
    const [x, y] = this.places[this.state.letter].map((place, d) => {
      const at = place / GRID;
      return by[d] > 0 ? Math.floor(at) + 1 : by[d] < 0 ? Math.ceil(at) - 1 : Math.round(at);
    });
    this.carry(x, y);
  }

  /** Takes the letter nearest to the finger, which carries it when it moves.
   * @param {PointerEvent} down */
  take(down) {
    const map = this.parts.map;
    const box = map.getBoundingClientRect();
    const place = (/** @type {PointerEvent} */ { clientX, clientY }) =>
      [(clientX - box.left) / box.width, (clientY - box.top) / box.height].map((n) => 400 * n - 200);
    const start = place(down);
    const from = (/** @type {number[]} */ [x, y]) => Math.hypot(x - start[0], y - start[1]);
    const far = this.places.map((row) => from(pixels(row)));
    this.pause();
    this.set({ letter: far.indexOf(Math.min(...far)) });
    // A finger scrolls the page, unless it lies on the letter that it chose before.
    if (down.pointerType === "touch" && down.target !== this.parts.hold) return;
    let moving = false;
    map.setPointerCapture(down.pointerId);
    map.onpointermove = (/** @type {PointerEvent} */ event) => {
      const [left, top] = place(event);
      moving ||= from([left, top]) > 6;
      if (moving) this.carry(Math.round(left / UNIT / GRID), Math.round(-top / UNIT / GRID));
    };
    map.onlostpointercapture = () => { map.onpointermove = null; };
  }

  // --- the picture: made once, then changed ------------------------------------------------------

  build() {
    const { words } = this;
    const letters = Array.from(ABC, (letter) => make("g",
      { class: VOWELS.includes(letter) ? "letter vowel" : "letter" },
      letter === "." ? make("circle", { r: 4, class: "dot" })
        : make("circle", { r: VOWELS.includes(letter) ? 10 : 0, class: "row-1" }),
      make("rect", { x: -11, y: -11, width: 22, height: 22 }), make("text", {}, letter)));
    const path = make("polyline", { class: "hot" });
    const hold = make("circle", {
      class: "hold", r: 24, ontouchstart: (/** @type {Event} */ event) => event.preventDefault(), // no scrolling
    });
    const map = make("svg", {
      class: "map", viewBox: "-200 -200 400 400", tabindex: 0,
      role: "application", "aria-label": words.map,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      onpointerdown: (/** @type {PointerEvent} */ event) => this.take(event),
    }, make("g", { "aria-hidden": "true" },
      make("rect", { x: -199, y: -199, width: 398, height: 398, rx: 6 }),
      path, ...letters, hold));
    const curve = make("polyline", { class: "row-1" });
    const whole = make("polyline", { class: "muted dashed" });
    const steps = make("text", { class: "small end", x: 254, y: 162 });
    const legend = ["solid", "dashed"].map((name, n) => make("text", { class: "small end", x: 256, y: 14 + 19 * n }, words[name]));
    const numbers = ["loss", "whole", "nearest", "chosen"].map((name) =>
      [make("dt", {}, words[name] ?? ""), make("dd", { "data-is": name })]);
    this.drawing.append(map, make("div", { class: "side" },
      make("dl", {}, ...numbers.flat()),
      make("svg", { viewBox: "0 0 260 170", role: "img", "aria-label": words.curve },
        make("path", { d: "M28 6V150H254" }), whole, curve,
        ...[3, 4].map((n) => make("text", { class: "small", x: 14, y: high(n) }, `${n}`)),
        make("text", { class: "small start", x: 36, y: 12 }, "loss"),
        make("text", { class: "small", x: 30, y: 162 }, "0"), steps, ...legend),
      make("p", { class: "hint" }, words.hint, make("span", { class: "touch" }, words.space, words.hint_touch))));
    return { map, letters, path, hold, curve, whole, steps, legend, numbers };
  }

  /** @override */
  draw() {
    const { state, parts } = this;
    this.drawing.ariaBusy = `${!ready(state)}`;
    if (!ready(state)) { need(state).then(() => this.show()); return; }
    const shown = view(state), last = end(state), { letter, step } = state;
    this.places = shown.places.map((row) => row.map((n) => Number(n.replace("−", "-"))));
    for (const name of /** @type {const} */ (["seed", "how", "letter", "lossy"])) this.put(name, state[name]);
    this.put("batches", Number(state.batches));
    const slider = /** @type {any} */ (this.shadowRoot?.querySelector("[name=at]"));
    slider.max = last / EVERY;
    this.put("at", step / EVERY, `${step}`);
    parts.letters.forEach((each, id) => {
      const [x, y] = pixels(this.places[id]);
      each.style.transform = `translate(${x}px, ${y}px)`;
      each.classList.toggle("far", this.places[id].some((n) => Math.abs(n) > EDGE * GRID));
      each.classList.toggle("chosen", id === letter);
    });
    const [x, y] = letter < 0 ? [400, 400] : pixels(this.places[letter]);
    parts.hold.style.transform = `translate(${x}px, ${y}px)`;
    parts.path.setAttribute("points", letter < 0 ? "" : trail(state).map(pixels).join(" "));
    const curve = (/** @type {number[]} */ lost) =>
      lost.map((loss, n) => [28 + n * EVERY / last * 226, high(loss)]).join(" ");
    parts.curve.setAttribute("points", curve(losses(state)));
    parts.whole.setAttribute("points", curve(state.lossy ? losses({ ...state, lossy: false }) : []));
    parts.steps.textContent = `${last}`;
    for (const text of parts.legend) text.style.display = state.lossy ? "" : "none";
    const texts = /** @type {any} */ ({ ...shown, chosen: shown.chosen.slice(1).join(" ") });
    parts.numbers.forEach(([name, value]) => {
      value.textContent = texts[value.dataset.is];
      name.hidden = value.hidden = !value.textContent;
    });
    parts.numbers[3][0].textContent = fill(this.words.stands, { who: shown.chosen[0] });
    this.playing();
    if (this.ticking) this.say("running");
    else this.say(...shown.said);
  }
}
// One that begins elsewhere than on the front page has its data first.
const other = location.hash.includes("letters;") || document.querySelector("emb-letters[data-seed]");
if (other) await need({ ...START, seed: 0, batches: true });
customElements.define("emb-letters", Letters);
