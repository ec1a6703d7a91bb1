// What a reader sees and presses for one edition: whether it is on this device, keep, update, give up.
import { bytesOf, drop, here, keep, missing, offered, Refused } from "./store.mjs";
import words from "./words.mjs";

/** @import { List } from "./keep.json" */
/** @import { Here } from "./store.mjs" */

/** @param {number} bytes */
const mb = (bytes) => (bytes / 1e6).toFixed(1);

/** @param {string} text @param {{ [place: string]: string }} places */
const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, place) => places[place] ?? "");

export class Row {
  /** @param {string} edition */
  constructor(edition) {
    this.edition = edition;
    this.name = words.names[edition];
    this.element = Object.assign(document.createElement("div"), { className: "keep-row", role: "group", ariaLabel: this.name });
    this.says = this.element.appendChild(document.createElement("p"));
    this.bar = this.element.appendChild(document.createElement("progress"));
    this.bar.hidden = true;
    this.bar.ariaLabel = this.name;
    this.buttons = this.element.appendChild(document.createElement("p"));
    this.heard = this.element.appendChild(document.createElement("p"));
    this.heard.role = "status";
  }

  get isBusy() {
    return !this.bar.hidden;
  }

  /** What is here, and what can be done. */
  async show() {
    const [found, site] = await Promise.all([here(this.edition), offered(this.edition).catch(() => undefined)]);
    const wanted = site ?? found.coming; // the line may be back when it is pressed
    const lacking = wanted ? bytesOf(await missing(wanted)) : 0;
    this.newer = Boolean(found.kept && site && site.version !== found.kept.version);
    this.says.textContent = this.#sentence(found, site);
    this.buttons.replaceChildren(...this.#choices(found, wanted, lacking));
  }

  /** @param {Here} found @param {List} [site] */
  #sentence({ kept, since, coming }, site) {
    const day = new Date(since).toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
    const sentences = [];
    if (kept) sentences.push(fill(words.here, { edition: this.name, date: day, mb: mb(kept.bytes) }));
    else sentences.push(fill(coming ? words.some : words.away, { edition: this.name }));
    if (!site && this.heard.textContent === "") sentences.push(words.apart); // said already
    else if (this.newer) sentences.push(words.newer);
    return sentences.join(words.space);
  }

  /** @param {Here} found @param {List | undefined} wanted @param {number} lacking */
  *#choices({ kept, coming }, wanted, lacking) {
    if (wanted && (!kept || this.newer)) {
      const text = kept ? words.update : coming ? words.go_on : words.keep;
      yield this.#button(fill(text, { mb: mb(lacking) }), () => this.#keep(Boolean(kept)));
    }
    if (kept || coming) yield this.#button(words.remove, () => this.#ask());
  }

  /** Nobody shall lose a book in a train by one touch. */
  #ask() {
    this.#hear(fill(words.sure, { edition: this.name }));
    this.buttons.replaceChildren(
      this.#button(words.yes, () => this.#drop()),
      this.#button(words.no, () => {
        this.#hear("");
        this.#again();
      }),
    );
    this.buttons.querySelector("button")?.focus();
  }

  /** @param {string} text @param {() => void} act */
  #button(text, act) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: text });
    button.addEventListener("click", act);
    return button;
  }

  /** @param {boolean} had an older version */
  async #keep(had) {
    const stopper = new AbortController();
    const stop = this.#button(words.stop, () => stopper.abort());
    this.buttons.replaceChildren(stop);
    stop.focus();
    this.bar.hidden = false;
    this.#hear("");
    try {
      await keep(this.edition, (done, all) => this.#progress(done, all), stopper.signal);
      this.#hear(had ? words.updated : fill(words.done, { edition: this.name }));
    } catch (problem) {
      this.#hear(this.#explain(problem));
    }
    this.bar.hidden = true;
    await this.#again();
  }

  async #drop() {
    await drop(this.edition);
    this.#hear(fill(words.removed, { edition: this.name }));
    await this.#again();
  }

  /** The button that was pressed is gone: the keyboard, if it is still here, goes on from the next. */
  async #again() {
    const focused = this.element.contains(document.activeElement);
    await this.show();
    if (focused) this.buttons.querySelector("button")?.focus();
    this.element.dispatchEvent(new Event("kept", { bubbles: true }));
  }

  /** @param {number} done @param {number} all */
  #progress(done, all) {
    Object.assign(this.bar, { value: done, max: all });
    this.says.textContent = fill(words.coming, { edition: this.name, done: mb(done), all: mb(all) });
  }

  /** @param {unknown} problem */
  #explain(problem) {
    if (!(problem instanceof Refused)) throw problem;
    const { why, done, all } = problem;
    if (why === "unreachable" && !all) return words.apart; // not even the list came
    return fill(words[why], { done: mb(done), all: mb(all) });
  }

  /** @param {string} text */
  #hear(text) {
    this.heard.textContent = text;
  }
}
