// The search page: which sections match, in which order, and the sentence that shows it.
// MiniSearch ranks (BM25); what it cannot know of this book is below: Chinese without a
// dictionary, names like embedding_bag, whole error messages, numbers that are the reader's own.

import MiniSearch from "./minisearch.mjs";
import { Stemmer } from "./stemmer.mjs";

const WORD = /[a-z0-9_]+|[\u3400-\u9fff]+/gi;
const HAN = /[\u3400-\u9fff]/;
// Words of English that say nothing about a place; a query of such words alone keeps them.
const EMPTY = new Set(
  ("a an and are as at be but by can do does for from has have how i if in is it its my no not of " +
    "on or so that the then there this to was what when where which who why will with you your").split(" "),
);
const PAGES_SHOWN = 12;
const PLACES_PER_PAGE = 4;
const EXCERPT = 200; // characters, about two lines

// --- words ------------------------------------------------------------------------------------

const stem = (word) => (/[\d_]/.test(word) || word.length < 4 ? word : stemmer.stemWord(word));
const stemmer = new Stemmer();

/** The terms that one run of letters stands for: itself first, then what it is made of. */
export function termsOf(run) {
  if (HAN.test(run)) {
    const pairs = Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2));
    return [...run, ...pairs];
  }
  const parts = run.split(/_+|(?<=[a-z])(?=[A-Z])/).filter(Boolean);
  const terms = [run, ...(parts.length > 1 ? parts : [])].map((part) => stem(part.toLowerCase()));
  return terms.filter((term) => /\D/.test(term));
}

const termsOfText = (text) => [...text.matchAll(WORD)].flatMap(([run]) => termsOf(run));

/** The units of a query: all of them should be found. Each is a list of terms that will do. */
export function unitsOf(query) {
  const names = query.replace(/(?:[a-z_]\w*\.)+(?=[a-z_])/gi, ""); // torch.optim.SGD: the last part
  const units = [...names.matchAll(WORD)].flatMap(([run]) => {
    if (!HAN.test(run)) return [{ word: run.toLowerCase(), terms: termsOf(run) }];
    const terms = run.length === 1 ? [run] : termsOf(run).slice(run.length);
    return terms.map((term) => ({ word: term, terms: [term] }));
  });
  const telling = units.filter(({ word, terms }) => terms.length && !EMPTY.has(word));
  return telling.length ? telling : units.filter(({ terms }) => terms.length);
}

/** For comparing messages: the reader's numbers and quotes are his own. */
const plain = (text) =>
  text.toLowerCase().replace(/\d+/g, "0").replace(/[‘’“”`"]/g, "'").replace(/\s+/g, " ").trim();

/** Does the query hold this whole heading, piece by piece, as a pasted message holds its own? */
function holds(query, title) {
  const pieces = plain(title).split("…").map((piece) => piece.trim()).filter(Boolean);
  if (pieces.join(" ").split(" ").length < 3) return false;
  let from = 0;
  return pieces.every((piece) => {
    const at = query.indexOf(piece, from);
    from = at + piece.length;
    return at >= 0;
  });
}

// --- ranking ----------------------------------------------------------------------------------

export class Book {
  constructor({ pages, sections }) {
    this.pages = pages;
    this.sections = sections;
    this.index = new MiniSearch({
      fields: ["terms", "title", "text", "code"],
      idField: "number",
      extractField: (section, field) => [section[field]].flat().join("\n"),
      tokenize: termsOfText,
      processTerm: (term) => term,
      searchOptions: { boost: { terms: 8, title: 4, text: 1, code: 0.4 } },
    });
    this.index.addAll(sections.map((section, number) => ({ terms: [], ...section, number })));
  }

  /** The places that match, best first: {section, score, share, terms}. */
  places(query) {
    const units = unitsOf(query);
    if (!units.length) return [];
    const found = this.index.search({
      combineWith: "OR",
      queries: units.map(({ terms }) => ({
        queries: [terms[0]], // a name counts whole; its parts find it when the whole is unknown
        tokenize: (term) => [term],
        prefix: (term) => term.length > 3 && !HAN.test(term),
        fuzzy: (term) => (term.length > 4 && !HAN.test(term) ? 0.2 : false),
      })),
    });
    const parts = found.length || units.every(({ terms }) => terms.length === 1)
      ? found
      : this.index.search(units.flatMap(({ terms }) => terms.slice(1)).join(" "), { tokenize: (q) => q.split(" ") });
    const message = plain(query);
    const places = parts.map((result) => this.place(result, units, message));
    const best = Math.max(...places.map(({ share }) => share));
    return places
      .filter(({ share }) => share >= 0.6 * best)
      .sort((a, b) => b.score - a.score);
  }

  place({ id, score, terms, queryTerms }, units, message) {
    const section = this.sections[id];
    const held = holds(message, section.title); // then the rest of the query is the traceback
    const share = held ? 1 : queryTerms.length / units.length;
    let weight = this.pages[section.page].weight * share * share;
    if (held) weight *= 10 + section.title.length;
    if (section.terms?.some((term) => plain(term) === message)) weight *= 4;
    else if (message.length > 1 && plain(section.title).includes(message)) weight *= 3;
    else if (plain(section.text).includes(message)) weight *= 1.5;
    return { section, share, score: score * weight, terms: new Set(terms) };
  }

  /** Places under their pages: [{page, places}], the page of the best place first. */
  find(query) {
    const groups = new Map();
    for (const place of this.places(query)) {
      const page = this.pages[place.section.page];
      if (!groups.has(page)) groups.set(page, []);
      groups.get(page).push(place);
    }
    return [...groups].map(([page, places]) => ({ page, places }));
  }
}

// --- what is shown ----------------------------------------------------------------------------

/** Where the matched words stand in a text: [[from, to], …], in order, not overlapping. */
function marks(text, terms) {
  const spans = [];
  const add = (from, to) => {
    const last = spans.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(to, last[1]);
    else spans.push([from, to]);
  };
  for (const { 0: run, index } of text.matchAll(WORD)) {
    if (!HAN.test(run)) {
      if (termsOf(run).some((term) => terms.has(term))) add(index, index + run.length);
      continue;
    }
    for (let i = 0; i < run.length; i += 1) {
      if (terms.has(run.slice(i, i + 2)) && i + 1 < run.length) add(index + i, index + i + 2);
      else if (terms.has(run[i])) add(index + i, index + i + 1);
    }
  }
  return spans;
}

const distinct = (text, terms) => new Set(termsOfText(text).filter((term) => terms.has(term))).size;

const sentencesOf = (line) => line.split(/(?<=[.?!])\s+|(?<=[。？！；][）”]?)(?![）”])/).filter(Boolean);

/** The part that has most of the terms, and how many. */
function best(parts, terms) {
  const counts = parts.map((part) => distinct(part, terms));
  const count = Math.max(0, ...counts);
  return { count, at: Math.max(0, counts.indexOf(count)) };
}

/** The sentence (or the line of code) that has most of the words; else the first sentence. */
export function excerpt({ title, text, code }, terms) {
  const lines = code.split("\n");
  const paragraphs = text.split("\n").map(sentencesOf);
  const sentences = paragraphs.flat();
  const inTitle = new Set(termsOfText(title)); // code need not say what the title says already
  const beyond = new Set([...terms].filter((term) => !inTitle.has(term)));
  const [inText, inCode] = [best(sentences, terms), best(lines, beyond)];
  if (inCode.count > inText.count) return { words: shorten(lines[inCode.at], terms), isCode: true };
  let words = sentences[inText.at] ?? "";
  const paragraph = paragraphs.find((some) => some.includes(words)) ?? [];
  for (const next of paragraph.slice(paragraph.indexOf(words) + 1)) {
    if (words.length + next.length > EXCERPT / 2) break; // a short sentence brings the next along
    words += HAN.test(next) ? next : ` ${next}`;
  }
  return { words: shorten(words, terms), isCode: false };
}

/** A long sentence is cut around the first word that was looked for. */
function shorten(sentence, terms) {
  if (sentence.length <= EXCERPT) return sentence;
  const first = marks(sentence, terms)[0]?.[0] ?? 0;
  let from = Math.max(0, Math.min(first - EXCERPT / 3, sentence.length - EXCERPT));
  const space = sentence.indexOf(" ", from);
  if (from > 0 && space >= 0 && space < first) from = space + 1;
  const cut = sentence.slice(from, from + EXCERPT);
  const end = from + EXCERPT < sentence.length ? cut.replace(/\s\S*$/, "") + " …" : cut;
  return (from > 0 ? "… " : "") + end;
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function marked(text, terms) {
  const parts = [];
  let at = 0;
  for (const [from, to] of marks(text, terms)) {
    parts.push(text.slice(at, from), element("mark", "", text.slice(from, to)));
    at = to;
  }
  return [...parts, text.slice(at)];
}

function link(page, section, terms) {
  const a = element("a", "", ...marked(section.title, terms));
  const top = section.title === page.title; // the page itself
  a.href = page.address + (top ? "" : `#${section.id}`);
  return a;
}

function entry({ page, places }) {
  const [first] = places;
  const item = element("li", "search-page");
  const atTop = first.section.title === page.title;
  if (!atTop) item.append(element("p", "search-where", page.title));
  const list = element("ul", "search-places");
  for (const { section, terms } of places.slice(0, PLACES_PER_PAGE)) {
    const { words, isCode } = excerpt(section, terms);
    const sentence = marked(words, terms);
    const shown = isCode ? [element("code", "", ...sentence)] : sentence;
    const place = element("li", "", link(page, section, terms));
    if (words) place.append(element("p", "context", ...shown));
    list.append(place);
  }
  item.append(list);
  return item;
}

function suggestions(words, links) {
  const list = element("ul", "", element("li", "", words.shorter));
  for (const [name, address] of Object.entries(links)) {
    const a = element("a", "", words[name]);
    a.href = address;
    list.append(element("li", "", a));
  }
  return [element("p", "", words.try), list];
}

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function show(book, query, output, status, { words, links }) {
  output.replaceChildren();
  status.textContent = "";
  if (!query.trim()) return;
  const found = book.find(query).slice(0, PAGES_SHOWN);
  if (!found.length) {
    status.textContent = fill(words.none, { query });
    output.append(...suggestions(words, links));
    return;
  }
  const places = found.reduce((sum, page) => sum + Math.min(page.places.length, PLACES_PER_PAGE), 0);
  const whole = found.some((page) => page.places.some(({ share }) => share === 1));
  status.textContent = whole ? fill(words.found, { pages: found.length, places }) : words.some;
  output.append(element("ul", "search-pages", ...found.map(entry)));
}

async function start() {
  const output = document.querySelector("#search-results");
  const status = document.querySelector("#search-status");
  const settings = JSON.parse(document.querySelector("#search-settings").textContent);
  const field = document.querySelector(".bd-search-container input[name=q]");
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.focus();
  status.textContent = settings.words.loading;
  let book;
  try {
    book = new Book(await (await fetch(new URL("sections.json", import.meta.url))).json());
  } catch {
    status.textContent = settings.words.failed;
    return;
  }
  const answer = () => show(book, field.value, output, status, settings);
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      answer();
      history.replaceState(null, "", `?q=${encodeURIComponent(field.value)}`);
    }, 150);
  });
  answer();
  return book;
}

/** For tests: the loaded book, or undefined when it could not be loaded. */
export const ready = start();
