// What the figures share: a frame, words in the page's language, controls of 44 pixels, a question
// before the first step, one live sentence, and a state that the address can carry.
import { STYLE } from "./style.mjs";

/** @typedef {{ [name: string]: string }} Words */
/** @type {{ [name: string]: Words }} */
const WORDS = JSON.parse(document.getElementById("explore-words")?.textContent ?? "{}");
const SVG = "http://www.w3.org/2000/svg";
const SHAPES = new Set(["svg", "g", "rect", "circle", "path", "line", "polyline", "text", "tspan"]);
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
export const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * An element with attributes (`on…` listens, null and false are left out) and what is in it.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {(Node | string)[]} inside
 * @returns {any}
 */
export function make(tag, attributes = {}, ...inside) {
  const element = SHAPES.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {any} */ (value));
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, `${value}`);
  }
  element.append(...inside);
  return element;
}

/**
 * A sentence with its places filled in: "row {row}".
 * @param {string} sentence
 * @param {Record<string, string>} places
 */
export const fill = (sentence, places) =>
  sentence.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? "");

/** @param {Element} element */
function inWindow(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** @template State */
export class Figure extends HTMLElement {
  /** @type {Words} */
  words = { ...WORDS.all, ...WORDS[this.localName] };
  /** @type {State} */
  state = this.start();
  drawing = make("div", { class: "drawing" });
  said = make("p", { class: "said", role: "status" });
  question = make("div", { class: "question" });
  link = make("a", { class: "link" }, this.words.link);
  sentence = "";
  ticking = 0;
  /** @type {string | undefined} */
  guess;
  /** @type {string | undefined} what was said when the answer was first seen */
  judged;
  /** @type {[key: string, places?: Record<string, string>] | null} why what is typed cannot be used */
  wrong = null;

  connectedCallback() {
    if (this.shadowRoot) return;
    this.state = { ...this.state, ...this.linked() };
    const focused = /** @type {Element} */ (document.activeElement);
    const seen = inWindow(focused);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(make("section", { "aria-label": this.words.title },
      make("p", { class: "title" }, this.words.title),
      this.question,
      make("div", { class: "controls" }, ...this.controls()),
      this.said,
      this.drawing,
      make("p", { class: "foot" }, this.button("reset", () => this.reset()), this.link)));
    this.ask();
    this.show();
    // Taller than the picture, it pushes what is below: not out of sight where the keyboard stands.
    if (seen && !inWindow(focused)) focused.scrollIntoView({ block: "nearest", behavior: "instant" });
    window.addEventListener("hashchange", this.follow);
    this.watching = new IntersectionObserver(([entry]) => { if (!entry.isIntersecting) this.pause(); });
    this.watching.observe(this);
    document.addEventListener("visibilitychange", this.hide);
    this.dataset.ready = "";
  }

  disconnectedCallback() {
    this.pause();
    this.watching?.disconnect();
    window.removeEventListener("hashchange", this.follow);
    document.removeEventListener("visibilitychange", this.hide);
  }

  // --- what a figure says of itself --------------------------------------------------------

  /** @returns {State} the state it opens on */
  start() { throw new Error("a figure has a start"); }

  /** @returns {Node[]} */
  controls() { return []; }

  /** Draws `state`, and says it. */
  draw() {}

  /** @returns {string} the state as it stands in the address: `ids=313;step=2` */
  address() { return ""; }

  /**
   * The state that an address says, or nothing of what it says wrongly.
   * @param {URLSearchParams} said
   * @returns {Partial<State>}
   */
  read(said) { return said && {}; }

  /** One step of playing: changes the state, draws nothing. @returns {boolean} whether there is another */
  tick() { return false; }

  /** @returns {string | null} the word of the right answer, once the reader has seen it */
  answer() { return null; }

  // --- state -------------------------------------------------------------------------------

  /** @param {Partial<State>} changes */
  change(changes) { this.state = { ...this.state, ...changes }; }

  /** @param {Partial<State>} changes */
  set(changes) {
    this.change(changes);
    this.show();
  }

  show() {
    const steps = /** @type {any[]} */ ([...this.shadowRoot?.querySelectorAll(".steps button") ?? []]);
    for (const button of steps) button.disabled = false;
    this.draw();
    if (this.wrong) {
      this.say(...this.wrong);
      for (const button of steps) button.disabled = true;
    }
    const address = this.address();
    this.link.href = `#${this.id || this.localName}${address && `;${address}`}`;
    this.tell();
  }

  reset() {
    this.pause();
    this.guess = this.judged = undefined;
    this.wrong = null;
    this.ask();
    this.set(this.start());
  }

  linked() {
    const [id, ...parts] = decodeURIComponent(location.hash.slice(1)).split(";");
    return id === (this.id || this.localName) ? this.read(new URLSearchParams(parts.join("&"))) : {};
  }

  follow = () => {
    const changes = this.linked();
    if (!Object.keys(changes).length) return;
    this.wrong = null;
    this.set(/** @type {Partial<State>} */ (changes));
  };

  /** @param {string} key @param {Record<string, string>} [places] */
  say(key, places = {}) { this.sentence = fill(this.words[key] ?? key, places); }

  // --- the question ------------------------------------------------------------------------

  /** Asks before the first step what `data-question` names: question_NAME, guess_NAME_1, … */
  ask() {
    const asked = this.dataset.question;
    const question = this.words[`question_${asked}`];
    const options = Object.keys(this.words).filter((key) => key.startsWith(`guess_${asked}_`));
    const choose = (/** @type {string} */ key) => {
      this.guess = key;
      const said = fill(this.words.guessed, { guess: this.words[key] });
      const sentences = [question, said, this.words[`try_${asked}`]].filter(Boolean);
      this.question.replaceChildren(make("p", { tabindex: -1 }, sentences.join(this.words.space)));
      this.question.firstChild.focus();
      this.tell();
    };
    if (!options.length) return;
    this.question.replaceChildren(make("fieldset", {},
      make("legend", {}, question),
      ...options.map((key) => this.button(key, () => choose(key)))));
  }

  /**
   * The sentence, and before it, where the answer is first seen and nothing moves, whether the guess
   * was right. From then on that stands beside the question, too.
   * @param {string | null} right the word of the right answer
   */
  tell(right = this.ticking || this.wrong ? null : this.answer()) {
    const judgement = right
      ? fill(this.words[this.guess === right ? "guessed_right" : "guessed_wrong"], { right: this.words[right] }) : "";
    if (this.guess && right && this.judged === undefined) {
      this.judged = this.sentence;
      this.question.firstChild?.append(this.words.space, make("b", {}, judgement));
    }
    const verdict = this.sentence === this.judged ? judgement : "";
    const words = [verdict, this.sentence].filter(Boolean).join(this.words.space);
    if (this.said.textContent !== words) this.said.textContent = words;
  }

  // --- playing: nothing moves when it is not seen, or when a reader wants it still ------------

  /** @param {number} [pause] milliseconds between two steps; 0: one each frame */
  play(pause = 0) {
    if (this.ticking) { this.pause(); return; }
    if (still.matches) { while (this.tick()); this.show(); return; }
    let last = -Infinity;
    const frame = (/** @type {number} */ now) => {
      this.ticking = requestAnimationFrame(frame);
      if (now - last < pause) return;
      last = now;
      if (!this.tick()) this.pause();
      this.show();
    };
    this.ticking = requestAnimationFrame(frame);
    this.playing();
  }

  pause() {
    cancelAnimationFrame(this.ticking);
    this.ticking = 0;
    this.playing();
  }

  hide = () => { if (document.hidden) this.pause(); };

  /** The button says what it would do. */
  playing() {
    const button = this.shadowRoot?.querySelector("[data-do=play]");
    if (button) button.textContent = this.words[this.ticking ? "pause" : "play"];
  }

  // --- controls ------------------------------------------------------------------------------

  /**
   * Buttons that stay side by side, and rest while what is typed cannot be used.
   * @param {Node[]} buttons
   */
  steps(...buttons) { return make("div", { class: "steps" }, ...buttons); }

  /** @param {string} key @param {() => void} press */
  button(key, press) {
    return make("button", { type: "button", "data-do": key, onclick: press }, this.words[key]);
  }

  /**
   * A list to choose from.
   * @param {string} key
   * @param {[value: string, said: string][]} options
   * @param {(value: string) => void} choose
   */
  choice(key, options, choose) {
    return make("label", {}, this.words[key], make("select", {
      name: key,
      onchange: (/** @type {any} */ event) => choose(event.target.value),
    }, ...options.map(([value, said]) => make("option", { value }, said))));
  }

  /**
   * A line to type in.
   * @param {string} key
   * @param {(text: string) => void} type
   * @param {Record<string, unknown>} [more] attributes
   */
  field(key, type, more = {}) {
    return make("label", {}, this.words[key], make("input", {
      name: key,
      size: 6,
      autocomplete: "off",
      oninput: (/** @type {any} */ event) => type(event.target.value),
      ...more,
    }));
  }

  /** Whether the reader is in a field, where nothing else may write. @param {string} key */
  typing(key) { return this.shadowRoot?.activeElement?.getAttribute("name") === key; }

  /** @param {string} key @param {(on: boolean) => void} change */
  toggle(key, change) {
    return make("label", { class: "toggle" }, make("input", {
      type: "checkbox",
      name: key,
      onchange: (/** @type {any} */ event) => change(event.target.checked),
    }), this.words[key]);
  }

  /**
   * Two switches that are refused together. Each can be reached and pressed, to hear why: `refused`.
   * @param {string[]} names
   * @param {(changes: any) => void} change
   */
  either(names, change) {
    return names.map((name, n) => this.toggle(name, (on) => {
      const { [names[1 - n]]: other } = /** @type {any} */ (this.state);
      if (!on || !other) { change({ [name]: on }); return; }
      this.put(name, false);
      this.say("refused");
      this.tell(null);
    }));
  }

  /**
   * A slider over a grid of values: it cannot stand between them.
   * @param {string} key
   * @param {string[]} values as they are shown
   * @param {(index: number) => void} slide
   */
  slider(key, values, slide) {
    return make("label", { class: "slider" }, make("span", {}, this.words[key], " ", make("output", { "aria-live": "off" })),
      make("input", {
        type: "range",
        name: key,
        min: 0,
        max: values.length - 1,
        oninput: (/** @type {any} */ event) => slide(Number(event.target.value)),
      }));
  }

  /**
   * Lets a control show what the state is.
   * @param {string} key
   * @param {string | boolean | number} value
   * @param {string} [shown] what stands beside a slider
   */
  put(key, value, shown) {
    const control = /** @type {any} */ (this.shadowRoot?.querySelector(`[name="${key}"]`));
    if (typeof value === "boolean") control.checked = value;
    else if (control.value !== `${value}`) control.value = `${value}`;
    if (shown !== undefined) {
      control.parentElement.querySelector("output").textContent = shown;
      control.setAttribute("aria-valuetext", shown);
    }
  }

  /** @param {string} name a control or the word of a button @param {boolean} on */
  enable(name, on) {
    const found = /** @type {any} */ (
      this.shadowRoot?.querySelector(`[name="${name}"], [data-do="${name}"]`));
    found.disabled = !on;
  }
}
