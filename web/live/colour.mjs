// Colours Python as the pages do: HTML with the class names of Pygments.

const words = (text) => new Set(text.split(" "));
const KEYWORDS = words("and as assert async await break class continue def del elif else except " +
  "finally for from global if import in is lambda nonlocal not or pass raise return try while with yield");
const OPERATORS = words("and in is not or");
const CONSTANTS = words("False None True");
const BUILTINS = words("abs all any ascii bin bool bytes callable chr complex dict dir divmod enumerate eval " +
  "exec filter float format frozenset getattr globals hasattr hash hex id input int isinstance issubclass iter " +
  "len list locals map max min next object oct open ord pow print property range repr reversed round set " +
  "setattr slice sorted str sum super tuple type vars zip");
const ERROR = /^[A-Z]\w*(Error|Exception|Warning|Interrupt|Iteration|Exit)$/;

const TOKEN = new RegExp([
  /(?<space>\s+)/,
  /(?<comment>#.*)/,
  /(?<prefix>[rbfu]{0,2})(?<string>"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?)/,
  /(?<number>0[xbo][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?j?)/,
  /(?<module>(?<=\b(?:import|from) )[\w.]+)/,
  /(?<name>[\p{L}_][\p{L}\p{N}_]*)/,
  /(?<punctuation>[()[\]{},:;])/,
  /(?<operator>[^\s])/,
].map(({ source }) => source).join("|"), "giu");

function span(kind, text) {
  const escaped = text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
  return kind ? `<span class="${kind}">${escaped}</span>` : escaped;
}

function nameKind(name, before, last) {
  if (/^__\w+__$/.test(name)) return "vm";
  if (last === ".") return "n";
  if (before === "def") return "nf";
  if (before === "class") return "nc";
  if (name === "import" || name === "from") return "kn";
  if (OPERATORS.has(name)) return "ow";
  if (KEYWORDS.has(name)) return "k";
  if (CONSTANTS.has(name)) return "kc";
  if (name === "self" || name === "cls") return "bp";
  if (ERROR.test(name)) return "ne";
  return BUILTINS.has(name) ? "nb" : "n";
}

// The braces of an f-string hold code.
function formatted(text, kind) {
  return text.split(/(\{\{|\}\}|\{[^{}]*\})/).map((part) => {
    if (!/^\{[^{]/.test(part)) return span(kind, part);
    const [, code, rest] = part.match(/^\{(.*?)((?:![rsa])?(?::[^]*)?\})$/s);
    return span("si", "{") + colour(code) + span("si", rest);
  }).join("");
}

function numberKind(text) {
  if (/^0[xbo]/i.test(text)) return "mh";
  return /[.ej]/i.test(text) ? "mf" : "mi";
}

export function colour(source) {
  let html = "";
  let before = ""; // the word before, if nothing but space is between
  let last = ""; // the token before
  for (const { 0: text, groups } of source.matchAll(TOKEN)) {
    const { space, comment, prefix, string, number, module, name, punctuation } = groups;
    if (space) html += span("", space);
    else if (comment) html += span("c1", comment);
    else if (string) {
      const kind = string[0] === "'" ? "s1" : "s2";
      html += span("sa", prefix) + (/f/i.test(prefix) ? formatted(string, kind) : span(kind, string));
    } else if (number) html += span(numberKind(number), number);
    else if (module) html += span("nn", module);
    else if (name) html += span(nameKind(name, before, last), name);
    else if (punctuation) html += span("p", punctuation);
    else html += span("o", text);
    if (!space) {
      before = name ?? "";
      last = text;
    }
  }
  return html;
}
