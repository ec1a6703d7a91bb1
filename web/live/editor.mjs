// The editor of a cell: a transparent textarea over the code of the page, which goes on showing
// the text, in the page's own colours. So nothing moves when it opens.
import { colour } from "./colour.mjs";

const INDENT = "    ";

export class Editor {
  /**
   * @param {HTMLElement} pre the code of the page
   * @param {{ label: string, leave: () => void }} options
   */
  constructor(pre, { label, leave }) {
    this.pre = pre;
    this.box = /** @type {HTMLElement} */ (pre.parentElement);
    this.leave = leave;
    this.area = document.createElement("textarea");
    Object.assign(this.area, {
      className: "live-editor",
      ariaLabel: label,
      value: (pre.textContent ?? "").replace(/\n$/, ""),
      spellcheck: false,
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
    });
    this.area.setAttribute("autocorrect", "off");
    this.area.addEventListener("input", () => this.draw());
    this.area.addEventListener("keydown", (event) => this.onKey(event));
    this.area.addEventListener("scroll", () => { pre.scrollLeft = this.area.scrollLeft; });
    this.box.classList.add("live-editing");
    pre.inert = true; // the textarea is what can be reached and read now
    pre.after(this.area);
    // Letter over letter.
    const { font, letterSpacing, tabSize, padding, borderWidth } = getComputedStyle(pre);
    Object.assign(this.area.style, { font, letterSpacing, tabSize, padding, borderWidth });
    pre.replaceChildren();
    this.draw();
  }

  get source() {
    return this.area.value;
  }

  focus() {
    this.area.focus({ preventScroll: true });
  }

  // While one types, no element is taken out of the page: after that, the browser would take back
  // one letter at each Ctrl+Z, not a word.
  draw() {
    const coloured = document.createElement("template");
    coloured.innerHTML = `${colour(this.source)}\n`;
    const parts = [...coloured.content.childNodes];
    while (this.pre.children.length < parts.length) {
      const span = document.createElement("span");
      span.append(""); // a text, to be changed in place
      this.pre.append(span);
    }
    [...this.pre.children].forEach((span, n) => {
      const part = parts[n];
      span.className = part instanceof Element ? part.className : "";
      /** @type {Text} */ (span.firstChild).data = part?.textContent ?? "";
    });
    this.pre.scrollLeft = this.area.scrollLeft;
  }

  close() {
    this.area.remove();
    this.box.classList.remove("live-editing");
    this.pre.inert = false;
  }

  /** Each key's act returns false to leave the key to the browser. @param {KeyboardEvent} event */
  onKey(event) {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!plain || event.isComposing) return; // or an input method is at work
    /** @type {{ [key: string]: () => unknown }} */
    const acts = {
      Escape: () => this.leave(),
      Tab: () => (event.shiftKey ? this.dedent() : this.indent()),
      Enter: () => !event.shiftKey && this.breakLine(), // Shift+Enter runs the cell
      Backspace: () => this.eraseIndent(),
    };
    if (event.key in acts && acts[event.key]() !== false) event.preventDefault();
  }

  /**
   * Replace the text between two places as if it were typed, so that Ctrl+Z takes it back.
   * @param {number} start @param {number} end @param {string} text
   */
  replace(start, end, text) {
    this.area.setSelectionRange(start, end);
    document.execCommand(text ? "insertText" : "delete", false, text);
  }

  get lineStart() {
    return this.source.lastIndexOf("\n", this.area.selectionStart - 1) + 1;
  }

  get beforeCursor() {
    return this.source.slice(this.lineStart, this.area.selectionStart);
  }

  // A new line is as deep as this one, deeper after a colon, less deep after a return.
  breakLine() {
    const { selectionStart: start, selectionEnd: end } = this.area;
    let depth = this.beforeCursor.match(/^ */)?.[0] ?? "";
    if (/:\s*(#.*)?$/.test(this.beforeCursor)) depth += INDENT;
    else if (/^\s*(return|pass|raise|break|continue)\b/.test(this.beforeCursor)) depth = depth.slice(4);
    this.replace(start, end, `\n${depth}`);
  }

  indent() {
    const { selectionStart: start, selectionEnd: end } = this.area;
    if (this.source.slice(start, end).includes("\n")) {
      this.changeLines((line) => (line ? INDENT + line : line));
    } else {
      const width = INDENT.length - (this.beforeCursor.length % INDENT.length);
      this.replace(start, end, " ".repeat(width));
    }
  }

  dedent() {
    this.changeLines((line) => line.replace(/^ {1,4}/, ""));
  }

  /**
   * Change the lines that the selection touches, and select them.
   * @param {(line: string) => string} change
   */
  changeLines(change) {
    const start = this.lineStart;
    let end = this.source.indexOf("\n", Math.max(start, this.area.selectionEnd - 1));
    if (end < 0) end = this.source.length;
    const several = this.area.selectionStart !== this.area.selectionEnd;
    const old = this.source.slice(start, end);
    const changed = old.split("\n").map(change).join("\n");
    if (changed === old) return;
    const cursor = Math.max(start, this.area.selectionStart + changed.length - old.length);
    this.replace(start, end, changed);
    if (several) this.area.setSelectionRange(start, start + changed.length);
    else this.area.setSelectionRange(cursor, cursor);
  }

  // In front of a line, Backspace takes back one step of indentation.
  eraseIndent() {
    const { selectionStart: start, selectionEnd: end } = this.area;
    if (start !== end || !/^ +$/.test(this.beforeCursor)) return false;
    const width = ((this.beforeCursor.length - 1) % INDENT.length) + 1;
    this.replace(start - width, start, "");
    return true;
  }
}
