// emb-batch: a text of eight letters is cut into two batches, and each of them makes a step.
import { Figure, fill, make } from "./figure.mjs";
import { PLACES, RATES, ROWS, rows, START, TEXTS, UPSTREAM, view } from "./batch_states.mjs";
import { short } from "./numbers.mjs";

const WIDE = 336, BOX = 33, LEFT = 66, HIGH = 28; // of a picture; of a letter, and where they begin; of a row
const FAR = 2.5, ZERO = 194, UNIT = (ZERO - 30) / FAR; // the rows of the table stand between −FAR and 0
/** What a key adds to the border. @type {Record<string, number>} */
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -PLACES, End: PLACES };
/** @param {number} n */
const within = (n) => Math.max(0, Math.min(PLACES, n));

/** That of the letter's row in the book's table, whose row 0 is the dot's. @param {string} letter */
const colour = (letter) => `row-${ROWS.indexOf(letter) + 1}`;

/** @extends {Figure<import("./batch_states.mjs").State>} */
class Batch extends Figure {
  /** @override */
  start() { return { ...START }; }

  /** @override */
  controls() {
    // Made once, so that it keeps the keyboard's focus, and the finger, while the border moves.
    this.text = make("div", {
      role: "slider",
      tabindex: 0,
      style: "touch-action: pan-y; user-select: none; cursor: ew-resize",
      "aria-label": this.words.border,
      "aria-valuemin": 0,
      "aria-valuemax": PLACES,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (!(event.key in KEYS)) return;
        event.preventDefault();
        this.cut(this.state.border + KEYS[event.key]);
      },
      onpointerdown: (/** @type {any} */ event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        this.drag(event);
      },
      onpointermove: (/** @type {any} */ event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) this.drag(event);
      },
    });
    this.numbers = make("div", { class: "beside" });
    this.drawing.append(this.text, this.numbers);
    return [
      this.choice("text", TEXTS.map((text) => [text, text]), (text) => this.anew({ text })),
      this.choice("upstream", Object.keys(UPSTREAM).map((name) => [name, this.words[name]]),
        (upstream) => this.anew({ upstream })),
      this.slider("lr", RATES.map(short), (lr) => this.anew({ lr })),
      ...this.either(["scaled", "sparse"], (flag) => this.anew(flag)),
      this.steps(
        this.button("back", () => this.move(-1)),
        this.button("step", () => this.move(1)),
        this.button("play", () => this.play(1200))),
    ];
  }

  /** @param {Partial<import("./batch_states.mjs").State>} changes */
  anew(changes) {
    this.pause();
    this.set(changes);
  }

  /** @param {number} by */
  move(by) { this.anew({ step: Math.max(0, Math.min(2, this.state.step + by)) }); }

  /** @param {number} border */
  cut(border) {
    if (within(border) !== this.state.border) this.anew({ border: within(border) });
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const { left, width } = this.text.firstChild.getBoundingClientRect();
    this.cut(Math.round(((event.clientX - left) / width * WIDE - LEFT) / BOX));
  }

  /** @override */
  tick() {
    const step = (this.state.step + 1) % 3;
    this.change({ step });
    return step < 2;
  }

  /** @override */
  answer() {
    const { text, upstream, border, step, scaled } = this.state;
    const asked = text === START.text && upstream === START.upstream && border === START.border;
    return asked && scaled && step === 2 ? "guess_cut_2" : null;
  }

  /** @override */
  address() {
    const { text, upstream, border, lr, step, scaled, sparse } = this.state;
    const flags = `scaled=${Number(scaled)};sparse=${Number(sparse)}`;
    return `text=${text};upstream=${upstream};border=${border};lr=${lr};step=${step};${flags}`;
  }

  /** @override @param {URLSearchParams} said */
  read(said) {
    const text = said.get("text") ?? "", upstream = said.get("upstream") ?? "";
    const [border, lr, step] = ["border", "lr", "step"].map((name) => Number(said.get(name)));
    const [scaled, sparse] = ["scaled", "sparse"].map((name) => said.get(name) === "1");
    const right = TEXTS.includes(text) && upstream in UPSTREAM && !(scaled && sparse)
      && Number.isInteger(border) && within(border) === border
      && RATES[lr] !== undefined && [0, 1, 2].includes(step);
    return right ? { text, upstream, border, lr, step, scaled, sparse } : {};
  }

  /** @override */
  draw() {
    const { text, upstream, border, lr, step, scaled, sparse } = this.state;
    const shown = view(this.state);
    this.put("text", text);
    this.put("upstream", upstream);
    this.put("lr", lr, short(RATES[lr]));
    this.put("scaled", scaled);
    this.put("sparse", sparse);
    // Each can be reached and pressed, to hear why it is refused.
    for (const [name, other] of [["scaled", sparse], ["sparse", scaled]])
      this.shadowRoot?.querySelector(`[name=${name}]`)?.setAttribute("aria-disabled", `${other}`);
    this.enable("back", step > 0);
    this.enable("step", step < 2);
    this.say(...shown.said);
    this.text.replaceChildren(this.letters(shown));
    this.text.setAttribute("aria-valuenow", `${border}`);
    this.text.setAttribute("aria-valuetext", [text.slice(0, border), text.slice(border)].join(" | "));
    this.numbers.replaceChildren(this.gradients(shown), this.table(shown));
  }

  /** @param {number} high @param {number} zoom @param {string} said @param {Node[]} parts */
  picture(high, zoom, said, parts) {
    return make("svg", {
      viewBox: `0 0 ${WIDE} ${high}`, width: zoom * WIDE, role: "img", "aria-label": said, style: "pointer-events: none",
    }, ...parts);
  }

  /** A number of each row without the flag, and with it, in words. @param {string[]} off @param {string[]} [on] */
  both(off, on) {
    const list = (/** @type {string[]} */ numbers) =>
      numbers.flatMap((number, row) => (number ? [`${ROWS[row]} ${number}`] : [])).join(", ");
    return `${this.words.off} ${list(off)}${on?.length ? `; ${this.words.on} ${list(on)}` : ""}.`;
  }

  /** @param {number} n */
  batch(n) { return fill(this.words.batch, { n: `${n + 1}` }); }

  /** The text with its border. @param {ReturnType<typeof view>} shown */
  letters(shown) {
    const { border } = this.state;
    const x = (/** @type {number} */ place) => LEFT + place * BOX;
    return this.picture(102, 1.25, shown.letters.join(" "), [
      ...[[0, border], [border, PLACES]].flatMap(([from, to], n) => (from === to ? []
        : [make("text", { x: (x(from) + x(to)) / 2, y: 11, class: "small" }, to - from > 1 ? this.batch(n) : `${n + 1}`)])),
      make("text", { x: 0, y: 92, class: "small start" }, "upstream"),
      ...shown.letters.flatMap((letter, place) => [
        make("rect", {
          x: x(place) + 2, y: 22, width: BOX - 4, height: 34, rx: 3, "data-place": place,
          class: `${colour(letter)}${place < border ? "" : " dashed"}`,
        }),
        make("text", { x: x(place + 0.5), y: 39, class: colour(letter), "data-is": `letter-${place}` }, letter),
        make("text", { x: x(place + 0.5), y: 92, class: "small", "data-is": `upstream-${place}` }, shown.upstream[place]),
      ]),
      // It ends above "upstream", which it would touch when all is in batch 2.
      make("path", { class: "hot", d: `M${x(border)} 18v46 m-9 0v10l-7 -5z m18 0v10l7 -5z` }),
      make("circle", { class: "hot", cx: x(border), cy: 69, r: 4 }),
    ]);
  }

  /** Counts and gradients of both batches. @param {ReturnType<typeof view>} shown */
  gradients(shown) {
    const top = 44;
    /** @param {number} n @param {number} row @param {number} x @param {string} name @param {string} number @param {string} look @param {number} wide */
    const cell = (n, row, x, name, number, look, wide) => [
      ...(look ? [make("rect", { x: x - wide / 2, y: top + row * HIGH, width: wide, height: HIGH - 4, rx: 3, class: look })] : []),
      ...(number ? [make("text", { x, y: top + row * HIGH + 12, "data-is": `${name}-${n}-${row}` }, number)] : []),
    ];
    const said = [0, 1].slice(0, this.state.step).map((n) => `${this.batch(n)}: ${this.both(shown.plain[n], shown.scaled[n])}`);
    return this.picture(top + 4 * HIGH, 1.2, [this.words.gradients, ...said].join(" "), [
      ...[...ROWS].map((letter, row) => make("text", { x: 8, y: top + row * HIGH + 12, class: colour(letter) }, letter)),
      ...[0, 1].flatMap((n) => {
        const x = 38 + n * 157;
        return [
          make("text", { x: x + 72, y: 10, class: "small" }, `${this.batch(n)} · grad`),
          make("text", { x, y: 30, class: "small" }, this.words.count),
          make("text", { x: x + 46, y: 30, class: "small" }, this.words.off),
          ...(shown.scaled.length ? [make("text", { x: x + 103, y: 30, class: "small" }, this.words.on)] : []),
          ...[...ROWS].flatMap((_, row) => [
            ...cell(n, row, x, "counts", shown.counts[n][row], "", 0),
            ...cell(n, row, x + 46, "plain", shown.plain[n][row], "ink", 48),
            ...(shown.scaled.length ? cell(n, row, x + 103, "scaled", shown.scaled[n][row], "hot dashed", 59) : []),
          ]),
        ];
      }),
    ]);
  }

  /** The rows after the steps, and where the flag would leave them in one batch. @param {ReturnType<typeof view>} shown */
  table(shown) {
    const top = 44, at = rows(this.state), both = shown.after.scaled.length > 0;
    const x = (/** @type {number} */ row) => ZERO + row * UNIT;
    const said = `${this.words.after} ${this.both(shown.after.plain, shown.after.scaled)}`;
    return this.picture(top + 4 * HIGH + 20, 1.2, said, [
      make("text", { x: x(-FAR / 2), y: 10, class: "small" }, "weight"),
      make("text", { x: x(-FAR), y: 30, class: "small" }, short(-FAR)),
      make("text", { x: x(0), y: 30, class: "small" }, "0"),
      make("text", { x: 236, y: 30, class: "small" }, `○ ${this.words.off}`),
      ...(both ? [make("text", { x: 303, y: 30, class: "small" }, `◇ ${this.words.on}`)] : []),
      ...[...ROWS].flatMap((letter, row) => {
        const y = top + row * HIGH + 12;
        return [
          make("text", { x: 8, y, class: colour(letter) }, letter),
          make("line", { x1: x(-FAR), x2: x(0), y1: y, y2: y }),
          ...(both ? [make("path", { class: "hot dashed", d: `M${x(at.whole[row])} ${y - 11}v22` })] : []),
          make("circle", { cx: x(at.plain[row]), cy: y, r: 5, class: "ink" }),
          ...(both ? [make("path", { class: "hot", d: `M${x(at.scaled[row])} ${y - 8}l8 8l-8 8l-8 -8z` })] : []),
          make("text", { x: 236, y, "data-is": `after-plain-${row}` }, shown.after.plain[row]),
          ...(both ? [make("text", { x: 303, y, "data-is": `after-scaled-${row}` }, shown.after.scaled[row])] : []),
        ];
      }),
      ...(both ? [make("text", { x: 30, y: top + 4 * HIGH + 8, class: "small start" }, `┆ ${this.words.one_batch}`)] : []),
    ]);
  }
}
customElements.define("emb-batch", Batch);
