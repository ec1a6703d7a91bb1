// The live cells of a page: which runs when, and what the reader sees and hears of it.
import edition from "./edition.mjs";
import { Python, Stopped, Unreachable } from "./python.mjs";

/** @import { Editor } from "./editor.mjs" */
/** @import { Kind } from "./python.mjs" */

const { words } = edition;
const LONG = 10_000; // ms after which a running cell says that Stop ends it

/** @param {string} text @param {{ [name: string]: string | number }} values */
function say(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {(Node | string)[]} children
 */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// What a cell gives, laid out as the book lays out stored outputs.
const LOOKS = {
  stdout: "output stream highlight-myst-ansi notranslate",
  stderr: "output stderr highlight-myst-ansi notranslate",
  result: "output text_plain highlight-myst-ansi notranslate",
  error: "output traceback highlight-ipythontb notranslate",
};

/** As web/pages/images.py reads them from a stored figure. @param {string} svg */
function sizeOf(svg) {
  const [root = ""] = svg.match(/<svg\b[^>]*>/) ?? [];
  const side = (/** @type {string} */ name) =>
    Math.round(Number(root.match(`\\b${name}="([\\d.]+)(?:px)?"`)?.[1]));
  const [width, height] = [side("width"), side("height")];
  return width && height ? { width, height } : {};
}

/** An exercise ends by printing whether both results are the same. @param {Element | null | undefined} text */
function verdict(text) {
  return text?.textContent?.match(/(?<=^|\n)(?:True|False)(?=\n?$)/)?.[0];
}

class Output {
  /** @type {Kind | undefined} */
  kind; // of the text that came last

  /** @type {HTMLPreElement | undefined} */
  pre; // in which it stands

  /** @param {number} number @param {string} [alt] what its picture shows, where that is known */
  constructor(number, alt) {
    this.box = element("div", { className: "cell_output docutils container live-output" });
    this.label = say(words.output, { n: number });
    this.alt = alt || this.label;
  }

  /** @param {Kind} kind @param {string} text */
  add(kind, text) {
    if (kind === "cut") this.addNote(words.cut);
    else if (kind === "picture") this.addPicture(text);
    else this.addText(kind, text);
  }

  /**
   * An image: no script in it runs, nothing is fetched for it, and nothing of it gets into the
   * page. (A data address, because a blob one could be opened as a page of this site.)
   * @param {string} svg
   */
  addPicture(svg) {
    this.pre = undefined; // what is printed next stands below
    const image = element("img", {
      src: `data:image/svg+xml,${encodeURIComponent(svg)}`,
      alt: this.alt,
      // else it is drawn for light pages, and the theme puts paper behind it
      className: svg.includes("prefers-color-scheme") ? "dark-light" : "",
      ...sizeOf(svg),
    });
    this.box.append(element("span", { className: "figure" }, image));
  }

  /** @param {keyof typeof LOOKS} kind @param {string} text */
  addText(kind, text) {
    const scrolls = { tabIndex: 0, role: "group", ariaLabel: this.label }; // reached by keyboard
    if (!this.pre || kind !== this.kind || kind === "result" || kind === "error") {
      this.kind = kind;
      this.pre = element("pre", kind === "error" ? {} : scrolls);
      const frame = element("div", { className: "highlight" }, this.pre);
      this.box.append(element("div", { className: LOOKS[kind] }, frame));
    }
    this.pre.append(...(kind === "error" ? markError(text, scrolls) : [text]));
  }

  get verdict() {
    return verdict(this.pre);
  }

  /** @param {(Node | string)[]} children */
  addNote(...children) {
    this.box.append(element("p", { className: "live-note" }, ...children));
  }
}

/** The arrow and the error's name stand out, as in a stored traceback. @param {string} text */
function markNames(text) {
  const parts = text.split(/^(-+>|[A-Z]\w*(?=: |$))/m);
  return parts.map((part, n) => (n % 2 ? element("span", { className: "ne", textContent: part }) : part));
}

/**
 * The reader's lines scroll, or a caret would stand under another letter; the message wraps.
 * @param {string} text @param {Partial<HTMLSpanElement>} scrolls
 */
function markError(text, scrolls) {
  const end = text.search(/\n(?=\n?[A-Z]\w*(?:: |$))/m) + 1;
  const lines = element("span", { className: "frame", ...scrolls }, ...markNames(text.slice(0, end)));
  return [...(end ? [lines] : []), ...markNames(text.slice(end))];
}

class LiveCell {
  /** @type {string | undefined} */
  ran; // the source that Python ran last

  /** @type {Output | undefined} */
  live; // what is shown in the place of the stored output

  /** @type {Editor | undefined} */
  editor;

  waiting = false; // for its turn, or for its end

  /** @param {HTMLElement} box @param {number} number */
  constructor(box, number) {
    this.box = box;
    this.number = number;
    /** @param {string} selector */
    const part = (selector) => /** @type {HTMLElement} */ (box.querySelector(selector));
    this.input = part(".cell_input");
    this.bar = part(".cell_input .live-bar");
    this.status = part(".cell_input .live-status");
    this.pre = part(".cell_input pre");
    this.original = this.pre.innerHTML;
    /** @type {HTMLElement | null} */
    this.stored = box.querySelector(".cell_output");
    /** @type {HTMLDetailsElement | null} */
    this.fold = box.querySelector("details.below-input"); // keeps an answer from the reader's eye
    this.mayFail = box.classList.contains("tag_raises-exception");
  }

  get source() {
    return this.editor ? this.editor.source : (this.pre.textContent ?? "").replace(/\n$/, "");
  }

  // What the stored picture shows; of a changed cell nobody knows it.
  get alt() {
    return this.editor ? undefined : this.stored?.querySelector("img")?.alt;
  }

  get isFresh() {
    return this.ran === this.source;
  }

  /** @param {string} name */
  button(name) {
    return /** @type {HTMLButtonElement} */ (this.bar.querySelector(`[data-do=${name}]`));
  }

  /** @param {string} name */
  offer(name) {
    this.button(name).hidden = false;
  }

  /**
   * A button that goes while it has the focus hands it on.
   * @param {string} name @param {string} next
   */
  withdraw(name, next) {
    const button = this.button(name);
    if (button === document.activeElement) this.button(next).focus();
    button.hidden = true;
  }

  async edit() {
    const { Editor } = await import("./editor.mjs");
    this.editor ??= new Editor(this.pre, {
      label: say(words.code, { n: this.number }),
      leave: () => this.button("run").focus(),
    });
    this.editor.focus();
    this.status.textContent = matchMedia("(hover: none)").matches ? "" : words.keys;
    this.offer("reset");
  }

  reset() {
    this.editor?.close();
    this.editor = undefined;
    this.pre.innerHTML = this.original;
    this.show();
    this.withdraw("reset", "edit");
  }

  /**
   * Put a new output in the place of the old one, or the stored one back.
   * @param {Output} [output]
   */
  show(output) {
    this.live?.box.remove();
    this.live = output;
    if (this.stored) this.stored.hidden = Boolean(output);
    if (!output) return;
    (this.stored ?? this.input).after(output.box);
    this.offer("reset");
  }
}

export class LivePage {
  /** @param {HTMLElement[]} boxes of the cells @param {string} ways the page about other ways */
  constructor(boxes, ways) {
    this.cells = boxes.map((box, index) => new LiveCell(box, index + 1));
    this.ways = ways;
    this.queue = Promise.resolve();
    this.stops = 0;
    this.python = new Python(edition);
    this.voice = element("div", { className: "live-voice", role: "status" });
    document.querySelector("article")?.append(element("style", { textContent: STYLE }), this.voice);
  }

  /** @param {number} index of a cell @param {string} [what] its button's word */
  act(index, what) {
    const cell = this.cells[index];
    if (what === "run") this.run(cell);
    else if (what === "edit") cell.edit();
    else if (what === "stop") this.stop();
    else this.reset(cell);
  }

  /**
   * Shown beside the buttons, and spoken by screen readers unless it is about to change again.
   * @param {LiveCell} cell @param {string} text
   */
  tell(cell, text, { spoken = true } = {}) {
    cell.status.textContent = text;
    if (spoken) this.voice.textContent = text;
  }

  /** @param {LiveCell} cell */
  reset(cell) {
    cell.reset();
    this.tell(cell, words.reset_done);
  }

  // Ends the cell that runs, and those that wait behind it.
  stop() {
    this.stops++;
    this.python.stop();
  }

  /** @param {LiveCell} cell */
  run(cell) {
    if (cell.waiting) return;
    cell.waiting = true;
    cell.offer("stop");
    this.tell(cell, words.waiting, { spoken: false });
    const { stops } = this;
    this.queue = this.queue
      .then(() => {
        if (stops !== this.stops) throw new Stopped();
        return this.runWithEarlier(cell);
      })
      .catch((problem) => this.explain(cell, problem))
      .finally(() => {
        cell.waiting = false;
        cell.withdraw("stop", "run");
      });
  }

  /**
   * The cells above come first, if Python has not seen them as they stand.
   * @param {LiveCell} cell
   */
  async runWithEarlier(cell) {
    await this.start(cell);
    const earlier = this.cells.slice(0, this.cells.indexOf(cell));
    let first = earlier.findIndex((other) => !other.isFresh);
    if (first < 0) first = earlier.length;
    else this.tell(cell, words.earlier);
    for (const other of earlier.slice(first)) {
      if (!await this.runOne(other) && !other.mayFail) {
        this.tell(cell, words.blocked);
        const link = { href: `#${other.box.id}`, textContent: words.there };
        cell.status.append(" ", element("a", link));
        return;
      }
    }
    await this.runOne(cell);
    if (cell.fold) cell.fold.open = true;
  }

  /** @param {LiveCell} cell */
  async start(cell) {
    if (this.python.isReady) return;
    await this.python.start({
      loading: (done, all) => {
        const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);
        const text = say(words.loading, { done: megabytes(done), all: megabytes(all) });
        this.tell(cell, text, { spoken: done === 0 });
      },
      again: (n, most) => this.tell(cell, say(words.again, { n, most })),
      starting: () => this.tell(cell, words.starting),
    });
  }

  /** @param {LiveCell} cell @returns {Promise<boolean>} whether it ended well */
  async runOne(cell) {
    const output = new Output(cell.number, cell.alt);
    const began = performance.now();
    const long = setTimeout(() => this.tell(cell, words.long), LONG);
    const { source } = cell;
    /** @type {string[]} */
    const errors = [];
    this.tell(cell, words.running, { spoken: false });
    cell.offer("stop"); // also where it runs for a cell below
    try {
      // The old output stays until there is a new one, or none is to come.
      const { missing } = await this.python.run(source, (kind, text) => {
        if (kind === "error") errors.push(text);
        output.add(kind, text);
        if (cell.live !== output) cell.show(output);
      });
      if (missing) output.addNote(say(words.missing, { name: missing }), " ", this.linkToWays());
    } catch (problem) {
      if (!cell.waiting) this.explain(cell, problem); // else its own turn says it
      throw problem;
    } finally {
      clearTimeout(long);
      if (!cell.waiting) cell.withdraw("stop", "run");
    }
    cell.ran = source;
    if (cell.live !== output) cell.show(output);
    const failure = errors.at(-1);
    const name = failure?.match(/^(\w+)(?::|$)/m)?.[1] ?? failure;
    const ms = Math.round(performance.now() - began);
    const done = [say(words.done, { ms }), output.verdict].filter(Boolean).join(" · ");
    // In the book the exercise is not solved: its stored check says False.
    if (output.verdict === "True" && verdict(cell.stored?.querySelector("pre")) === "False")
      cell.box.dispatchEvent(new Event("solved", { bubbles: true }));
    this.tell(cell, name ? say(words.error, { name }) : done);
    return !failure;
  }

  /** @param {LiveCell} cell @param {unknown} problem */
  explain(cell, problem) {
    if (!this.python.isReady) for (const other of this.cells) other.ran = undefined;
    if (problem instanceof Stopped) {
      this.tell(cell, words.stopped);
    } else if (problem instanceof Unreachable) {
      this.tell(cell, problem.late ? words.slow : words.offline);
      cell.status.append(" ", this.linkToWays());
    } else {
      console.error(problem);
      this.tell(cell, words.crashed);
    }
  }

  linkToWays() {
    return element("a", { href: this.ways, textContent: words.instead });
  }
}

const STYLE = `
.live-voice { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.live-status { flex: 1 1 12rem; color: var(--pst-color-text-muted); overflow-wrap: anywhere; }
.cell .cell_output[hidden] { display: none; }
.bd-article div.cell div.live-output { border-left: .2rem solid var(--pst-color-primary); }
.live-note { margin: .5rem 1rem; }
.live-editing { position: relative; }
.live-editing pre { overflow: hidden; }
@media (pointer: coarse) { .live-editing pre { font-size: 1rem; } } /* a phone zooms in on smaller text */
.live-editing .live-editor { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; border-color: transparent; border-radius: 0; background: none; color: transparent; caret-color: var(--pst-color-text-base); resize: none; overflow: auto hidden; outline-offset: -3px; }
.live-editing .live-editor:focus { outline: 3px solid var(--pst-color-accent); }
.live-editing .live-editor::selection { background: color-mix(in srgb, var(--pst-color-accent) 35%, transparent); }
`;
