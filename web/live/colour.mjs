// Colours Python as the pages do: HTML with the class names of Pygments.

/** @param {string} text */
const words = (text) => new Set(text.split(" "));
const KEYWORDS = words("as assert async await break class continue def del elif else except finally " +
  "for from global if lambda nonlocal pass raise return try while with yield");
const OPERATORS = words("and in is not or");
const CONSTANTS = words("False None True");
const PSEUDO = words("Ellipsis NotImplemented cls self");
const BUILTINS = words("__import__ abs aiter all any bin bool breakpoint bytearray bytes callable chr " +
  "classmethod compile complex delattr dict dir divmod enumerate eval filter float format frozendict " +
  "frozenset getattr globals hasattr hash hex id input int isinstance issubclass iter len list locals " +
  "map max memoryview min next object oct open ord pow print property range repr reversed round " +
  "sentinel set setattr slice sorted staticmethod str sum super tuple type vars zip");
const VARIABLES = words("annotations bases class closure code defaults dict doc file func globals " +
  "kwdefaults module mro name objclass qualname self slots weakref");
const ERROR = /^([A-Z]\w*)?(Error|Exception|Warning|Interrupt|Iteration|Exit)$/; // a reader's own, too

/** @param {RegExp[]} patterns */
const anyOf = (...patterns) => patterns.map(({ source }) => source).join("|");

const TOKEN = new RegExp(anyOf(
  /(?<space>\s+)/,
  /(?<comment>#.*)/,
  /(?<prefix>[rbfut]{0,2})(?<string>"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?)/,
  /(?<number>0[xbo][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)/,
  /(?<decorator>@[\p{L}_][\p{L}\p{N}_]*)/u,
  /(?<name>[\p{L}_][\p{L}\p{N}_]*)/u,
  /(?<punctuation>[()[\]{},:;])/,
  /(?<operator>[^\s])/,
), "giu");

const ESCAPE = /\\(?:N\{.*?\}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|x[\da-fA-F]{2}|[0-7]{1,3}|[\\abfnrtv"'\n])/;
const PERCENT = /%(?:\(\w+\))?[-#0 +]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[hlL]?[c-gE-GXiorsaux%]/;
const BRACES = /(?<!\{)\{(?:\w+(?:\.\w+|\[[^\]]+\])*)?(?:![sra])?(?::(?:.?[<>=^])?[-+ ]?#?0?\d*,?(?:\.\d+)?[b-gE-GXnosx%]?)?\}/;
const SPECIAL = new RegExp(`(${anyOf(ESCAPE, PERCENT, BRACES)})`);
const PIECE = new RegExp(anyOf(/\{\{|\}\}/, ESCAPE, /[{}\\]/, /[^{}\\]+/), "y"); // of an f-string
const FIELD_END = /^(?:=\s*)?(?:![sraf])?[:}]/;

/** @param {string} kind @param {string} text */
function span(kind, text) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return kind && text ? `<span class="${kind}">${escaped}</span>` : escaped;
}

/** @param {string} name @param {string} last the token before */
function nameKind(name, last) {
  const magic = name.match(/^__(\w+)__$/)?.[1];
  if (magic && !BUILTINS.has(name)) return VARIABLES.has(magic) ? "vm" : "fm";
  if (name === "import" || (name === "from" && last !== "yield")) return "kn";
  if (last === ".") return "n";
  if (last === "def") return "nf";
  if (last === "class") return "nc";
  if (OPERATORS.has(name)) return "ow";
  if (KEYWORDS.has(name)) return "k";
  if (CONSTANTS.has(name)) return "kc";
  if (PSEUDO.has(name)) return "bp";
  if (ERROR.test(name)) return "ne";
  return BUILTINS.has(name) ? "nb" : "n";
}

/** @param {string} text */
function numberKind(text) {
  const base = text.match(/^0([xbo])/i)?.[1].toLowerCase();
  if (base) return { x: "mh", b: "mb", o: "mo" }[base] ?? "";
  return /[.e]/i.test(text) ? "mf" : "mi";
}

/** @param {string} text @param {string} prefix @param {boolean} opens whether it opens its line */
function string(text, prefix, opens) {
  if (opens && /^("""|''').*\1$/s.test(text)) return span("sd", text);
  const kind = text[0] === "'" ? "s1" : "s2";
  const escape = /r/i.test(prefix) ? kind : "se";
  if (/[ft]/i.test(prefix)) return formatted(text, kind, escape);
  const parts = text.split(SPECIAL);
  const special = (/** @type {string} */ part) => span(part[0] === "\\" ? escape : "si", part);
  return parts.map((part, n) => (n % 2 ? special(part) : span(kind, part))).join("");
}

/**
 * The braces of an f-string hold code.
 * @param {string} text @param {string} kind @param {string} escape
 */
function formatted(text, kind, escape) {
  let html = "";
  for (let at = 0; at < text.length;) {
    PIECE.lastIndex = at;
    const [piece] = PIECE.exec(text) ?? [text.slice(at)];
    at += piece.length;
    if (piece === "{") {
      const field = code(text.slice(at), true);
      html += span("si", piece) + field.html;
      at += field.length;
    } else if (piece === "}") html += span("si", piece);
    else if (piece === "{{" || piece === "}}") html += span("se", piece);
    else html += span(/^\\./s.test(piece) ? escape : kind, piece);
  }
  return html;
}

/**
 * Code up to its end, or to that of the field of an f-string.
 * @param {string} source @param {boolean} isField
 */
function code(source, isField) {
  let html = "";
  let last = ""; // the token before
  let opens = true; // nothing but space is before it in its line
  let depth = 0; // of brackets
  let modules = ""; // "from" or "import", while the names of modules follow
  for (const { 0: text, index, groups } of source.matchAll(TOKEN)) {
    const end = isField && !depth && source.slice(index).match(FIELD_END)?.[0];
    if (end) return { html: html + span("si", end), length: index + end.length };
    const { space, comment, prefix, string: quoted, number, decorator, name, punctuation } = groups ?? {};
    if (space) html += space;
    else if (comment) html += span("c1", comment);
    else if (quoted) html += span("sa", prefix) + string(quoted, prefix, opens);
    else if (number) html += span(numberKind(number), number);
    else if (decorator) html += span("nd", decorator);
    else if (name) {
      const ends = ["import", "as", "None"].includes(name);
      html += span(modules && !ends ? "nn" : nameKind(name, last), name);
      if (name === "import") modules = modules === "from" ? "" : "import";
      if (name === "from" && last !== "yield") modules = "from";
    } else if (modules && text === ".") html += span("nn", text);
    else if (modules === "import" && text === ",") html += span("o", text);
    else {
      html += span(punctuation ? "p" : "o", text);
      modules = "";
    }
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    if (space?.includes("\n")) modules = "";
    if (space) opens ||= space.includes("\n");
    else {
      opens = false;
      last = text;
    }
  }
  return { html, length: source.length };
}

/** @param {string} source */
export const colour = (source) => code(source, false).html;
