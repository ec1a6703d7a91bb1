// emb-lookup: a word becomes rows of a table, by a product cell after cell, or by lookup.
import { Figure, make } from "./figure.mjs";
import { cells, COLUMNS, idOf, known, LONGEST, rows, SIGNS, START, view } from "./lookup_states.mjs";

const BIT = 23, NUMBER = 42, HIGH = 28, LEFT = 42, TOP = 24;
/** What an arrow key adds to the step. @type {Record<string, number>} */
const ARROWS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS, Home: -Infinity, End: Infinity };

/** @extends {Figure<import("./lookup_states.mjs").State>} */
class Lookup extends Figure {
  typed = START.word;

  /** @override */
  start() { return { ...START }; }

  /** @override */
  controls() {
    // Made once, so that they keep the keyboard's focus while what is in them changes.
    this.cells = make("div", {
      role: "slider",
      tabindex: 0,
      "aria-label": this.words.cell,
      "aria-valuemin": 0,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event),
    });
    this.sum = make("p", { class: "sum" });
    this.work = make("table");
    this.drawing.append(make("div", { class: "beside" }, this.cells, this.work), this.sum);
    return [
      this.field("word", (text) => this.type(text),
        { autocapitalize: "off", spellcheck: "false", maxlength: LONGEST }),
      this.choice("way", ["product", "lookup"].map((way) => [way, this.words[`by_${way}`]]),
        (way) => { this.pause(); this.set({ way, step: this.whole(this.state.step, way) }); }),
      this.toggle("unknown", (unknown) => this.use({ unknown })),
      this.steps(
        this.button("back", () => { this.pause(); this.move(-1); }),
        this.button("step", () => { this.pause(); this.move(1); }),
        this.button("play", () => this.play(500))),
    ];
  }

  /** @param {string} text */
  type(text) {
    const narrow = text.normalize("NFKC").replaceAll("。", ".").toLowerCase();
    this.typed = [...narrow].slice(0, LONGEST).join("");
    this.use({ step: 0 });
  }

  /** Takes what stands in the field, or says why not. @param {Partial<import("./lookup_states.mjs").State>} changes */
  use(changes) {
    this.pause();
    const { word, unknown } = { ...this.state, ...changes }, typed = this.typed;
    const strange = unknown ? undefined : [...typed].find((sign) => !known(sign));
    /** @type {Lookup["wrong"]} */
    const wrong = !typed ? ["empty"] : strange === undefined ? null : this.why(strange);
    this.wrong = wrong;
    // A table without a row for unknown letters shows none of them.
    const taken = !wrong ? typed : unknown ? word : [...word].filter(known).join("") || START.word;
    this.set({ ...changes, word: taken, ...(taken === word ? {} : { step: 0 }) });
  }

  /** @param {string} sign @returns {[string, Record<string, string>]} */
  why(sign) {
    const id = sign.charCodeAt(0) - "a".charCodeAt(0) + 1;
    return [/[a-z]/.test(sign) ? "out_of_range" : "no_id", { letter: sign, id: `${id}`, last: `${SIGNS.length - 1}` }];
  }

  /** A lookup copies whole rows. @param {number} step @param {string} way */
  whole(step, way) {
    return way === "product" ? step : Math.ceil(step / COLUMNS) * COLUMNS;
  }

  /** @param {number} by numbers of a product, rows of a lookup */
  next(by) {
    const { step, way } = this.state;
    const to = step + (way === "lookup" && Math.abs(by) < COLUMNS ? by * COLUMNS : by);
    return Math.max(0, Math.min(cells(this.state), to));
  }

  /** @param {number} by */
  move(by) { this.set({ step: this.next(by) }); }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    this.pause();
    this.move(ARROWS[event.key]);
  }

  /** @override */
  tick() {
    const step = this.state.step === cells(this.state) ? 0 : this.next(1);
    this.change({ step });
    return step < cells(this.state);
  }

  /** @override */
  answer() {
    const { word, step, unknown } = this.state;
    return word === START.word && !unknown && step === cells(this.state) ? "guess_work_3" : null;
  }

  /** @override */
  address() {
    const { word, step, way, unknown } = this.state;
    // An unknown sign may mean something in an address; another one has the same row.
    const letters = [...word].map((sign) => (/[.\p{L}]/u.test(sign) ? sign : "?")).join("");
    return `word=${letters};step=${step};way=${way};unknown=${Number(unknown)}`;
  }

  /** @override @param {URLSearchParams} said */
  read(said) {
    const word = said.get("word") ?? "", way = said.get("way") ?? "product";
    const unknown = said.get("unknown") === "1", step = Number(said.get("step"));
    const signs = [...word], most = signs.length * COLUMNS;
    const right = signs.length > 0 && signs.length <= LONGEST
      && signs.every((sign) => known(sign) || (unknown && /[?\p{L}]/u.test(sign)))
      && ["product", "lookup"].includes(way)
      && Number.isInteger(step) && step >= 0 && step <= most && this.whole(step, way) === step;
    return right ? { word, step, way, unknown } : {};
  }

  /** @override */
  draw() {
    const { word, step, way, unknown } = this.state;
    const shown = view(this.state), most = cells(this.state);
    if (!this.wrong && !this.typing("word")) {
      this.put("word", word);
      this.typed = word;
    }
    this.put("way", way);
    this.put("unknown", unknown);
    this.enable("back", step > 0);
    this.enable("step", step < most);
    this.say(...shown.said);
    this.cells.replaceChildren(this.picture(shown));
    for (const [name, value] of [["max", most], ["now", step], ["text", shown.sum || this.sentence]])
      this.cells.setAttribute(`aria-value${name}`, `${value}`);
    this.sum.replaceChildren(...(shown.sum ? [make("span", { "data-is": "sum" }, shown.sum)] : []));
    this.count(shown.work);
  }

  /** @param {Record<string, string[]>} work */
  count(work) {
    const ways = ["product", "lookup"];
    const now = (/** @type {string} */ way) => (way === this.state.way ? "now" : null);
    this.work.replaceChildren(
      make("tr", {}, make("td"), ...ways.map((way) =>
        make("th", { scope: "col", class: now(way) }, this.words[way === "product" ? "multiply" : "copy"]))),
      ...Object.entries(work).map(([name, both]) => make("tr", {},
        make("th", { scope: "row" }, this.words[name]),
        ...both.map((n, i) => make("td", { class: now(ways[i]), "data-is": `${name}-${ways[i]}` }, n)))));
  }

  /**
   * The one-hot rows on the left, the table above the result: a number of the result stands where
   * its one-hot row and its column of the table cross.
   * @param {ReturnType<typeof view>} shown
   */
  picture(shown) {
    const { step, way, unknown } = this.state;
    const height = rows(this.state), product = way === "product";
    const last = step - 1, place = Math.floor(last / COLUMNS), column = last % COLUMNS;
    const right = LEFT + (SIGNS.length + 1) * BIT + 44, below = TOP + height * HIGH + 32;
    const y = (/** @type {number} */ n) => below + n * HIGH, mid = HIGH / 2;
    const id = step ? idOf(shown.letters[place]) : -1;
    const parts = [
      make("text", { x: right + 1.5 * NUMBER, y: 11, class: "small" }, "weight"),
      ...shown.weight.flatMap((numbers, row) => [
        this.label(right - 36, TOP + row * HIGH + mid, unknown && row === height - 1 ? "?" : SIGNS[row], `${row}`, row),
        ...numbers.map((number, c) => this.cell(right + c * NUMBER, TOP + row * HIGH, NUMBER, number,
          `weight-${row}-${c}`, row === id && (!product || c === column) ? "hot" : product && step && c === column ? "muted" : "")),
      ]),
      ...shown.letters.map((letter, n) =>
        this.label(2, y(n) + mid, letter, shown.ids[n], Number(shown.ids[n]), n)),
      ...shown.bits.flatMap((row, n) => row.map((bit, v) => this.cell(LEFT + v * BIT, y(n), BIT, bit, `bit-${n}-${v}`,
        bit === "1" ? `row-${v} one` : step && n === place ? "muted" : ""))),
      make("text", { x: right + 1.5 * NUMBER, y: below - 12, class: "small" }, product ? "one_hot @ weight" : "weight[ids]"),
      ...shown.out.flatMap((row, n) => row.map((number, c) => {
        const now = n === place && (product ? c === column : true);
        const cell = this.cell(right + c * NUMBER, y(n), NUMBER, number, `out-${n}-${c}`, now ? "hot" : number ? "" : "dashed");
        cell.addEventListener("click", () => {
          this.pause();
          this.set({ step: this.whole(n * COLUMNS + c + 1, way) });
        });
        return cell;
      })),
    ];
    if (product) parts.push(make("text", { x: LEFT + height * BIT / 2, y: below - 12, class: "small" }, "one_hot"));
    else if (step) {
      const from = y(place) + mid, to = TOP + id * HIGH + mid, x = right - 46, end = right + COLUMNS * NUMBER + 3;
      parts.push(
        make("path", { class: "hot", d: `M${LEFT} ${from} C${x} ${from} ${x - 70} ${to} ${x} ${to} m-7 -5l7 5l-7 5` }),
        make("path", { class: "hot dashed", d: `M${end} ${to} C${end + 24} ${to} ${end + 24} ${from} ${end} ${from}` }));
    }
    const picture = make("svg", {
      viewBox: `0 0 ${right + COLUMNS * NUMBER + 24} ${y(LONGEST) + 2}`,
      width: 1.25 * (right + COLUMNS * NUMBER + 24),
      role: "img",
      "aria-label": [`weight ${shown.weight.join("; ")}`, `ids ${shown.ids}`, shown.sum].join(". "),
    }, ...parts);
    for (const look of ["one", "hot"]) // these stand over their neighbours
      for (const cell of picture.querySelectorAll(`rect.${look}`)) picture.append(cell.parentNode);
    return picture;
  }

  /** A sign and its id. @param {number} x @param {number} y @param {string} sign @param {string} id @param {number} row @param {number} [n] */
  label(x, y, sign, id, row, n) {
    return make("g", {},
      make("text", { x: x + 6, y, class: `row-${row}`, "data-is": n === undefined ? null : `letter-${n}` }, sign),
      make("text", { x: x + 24, y, class: "small", "data-is": n === undefined ? null : `id-${n}` }, id));
  }

  /** @param {number} x @param {number} y @param {number} wide @param {string} number @param {string} name @param {string} look */
  cell(x, y, wide, number, name, look) {
    return make("g", {},
      make("rect", { x, y, width: wide, height: HIGH, class: look, "pointer-events": "all" }),
      ...(number ? [make("text", { x: x + wide / 2, y: y + HIGH / 2, class: look, "data-is": name }, number)] : []));
  }
}
customElements.define("emb-lookup", Lookup);
