// The search page: which sections match, in which order, and the sentence that shows it.
// MiniSearch ranks (BM25); what it cannot know of this book is below: Chinese without a
// dictionary, names like embedding_bag, whole error messages, numbers that are the reader's own.

import MiniSearch from "./minisearch.mjs";
import { Stemmer } from "./stemmer.mjs";

const WORD = /[a-z0-9_]+|[\u3400-\u9fff]+/gi;
const HAN = /[\u3400-\u9fff]/;
// Words that say nothing about a place; a query of such words alone keeps them.
const EMPTY = new Set(
  ("a about after again all also am an and any are as at be because been before being but by can " +
    "did do does doing each else even every for from get gets got had has have how i if in into is " +
    "it its just like me more most much must my no not of on one only or other others our out over " +
    "so some something still such than that the their them then there these they this those " +
    "through to too up use used using very was we were what when where whether which while who why " +
    "will with without would you your").split(" "),
);
const EMPTY_HAN = /[的了着吗呢吧么是我你您他她它这那就都也很把被让之与和及或]/;
const PAGES_SHOWN = 12;
const PLACES_PER_PAGE = 4;
const FAR_BEHIND = 0.1; // a place with less than this part of the best score is not shown,
const AT_LEAST = 6; // but so many are, if there are so many
const SENTENCE = 4; // telling words: somebody describes what went wrong, not one name or term
const SYMPTOM = 2.5; // what such a sentence is about
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
  const empty = (word) => (HAN.test(word) ? word.length > 1 && EMPTY_HAN.test(word) : EMPTY.has(word));
  const telling = units.filter(({ word, terms }) => terms.length && !empty(word));
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

const FIELDS = ["terms", "title", "text", "myth", "code"];

export class Book {
  constructor({ pages, sections }) {
    this.pages = pages;
    this.sections = sections;
    const textOf = (section, field) => [section[field] ?? ""].flat().join("\n");
    this.index = new MiniSearch({
      fields: FIELDS,
      idField: "number",
      extractField: (section, field) => (field === "number" ? section.number : textOf(section, field)),
      tokenize: termsOfText,
      processTerm: (term) => term,
      searchOptions: { boost: { terms: 8, title: 4, text: 1, myth: 1, code: 0.4 } },
    });
    this.index.addAll(sections.map((section, number) => ({ ...section, number })));
    this.counts = new Map(); // in how many sections a term stands
    for (const section of sections) {
      const words = FIELDS.map((field) => textOf(section, field)).join("\n");
      for (const term of new Set(termsOfText(words))) this.counts.set(term, (this.counts.get(term) ?? 0) + 1);
    }
  }

  knows(term) {
    return this.counts.has(term);
  }

  /** How much a word tells: a rare one more than one that stands everywhere. */
  worth(term) {
    return Math.log(1 + this.sections.length / (1 + (this.counts.get(term) ?? 0)));
  }

  worths(terms) {
    return [...new Set(terms)].reduce((sum, term) => sum + this.worth(term), 0);
  }

  /** The places that match, best first, {section, score, share, terms}; and the unknown words. */
  places(query) {
    const units = unitsOf(query);
    if (!units.length) return { places: [], unknown: [] };
    const results = this.index.search({
      combineWith: "OR",
      queries: units.map(({ terms }) => ({
        queries: [terms[0]], // a name counts whole; its parts find it when the whole is unknown
        tokenize: (term) => [term],
        // A word of the book is taken as it is. Of any other, what begins or looks like it.
        prefix: (term) => !this.knows(term) && term.length > 3 && !HAN.test(term),
        fuzzy: (term) => (!this.knows(term) && term.length > 4 && !HAN.test(term) ? 0.2 : false),
      })),
    });
    const byParts = !results.length && units.some(({ terms }) => terms.length > 1);
    const found = byParts
      ? this.index.search(units.flatMap(({ terms }) => terms.slice(1)).join(" "), { tokenize: (q) => q.split(" ") })
      : results;
    const met = new Set(found.flatMap(({ queryTerms }) => queryTerms));
    const known = byParts ? units : units.filter(({ terms }) => met.has(terms[0]));
    const whole = this.worths(known.map(({ terms }) => terms[0]));
    const message = plain(query);
    const describes = units.length >= SENTENCE;
    const places = found.map((result) => this.place(result, whole, message, describes));
    const best = Math.max(...places.map(({ share }) => share));
    const near = places.filter(({ share }) => share >= 0.5 * best).sort((one, two) => two.score - one.score);
    return {
      places: near.filter(({ score }, n) => n < AT_LEAST || score >= FAR_BEHIND * near[0].score),
      unknown: units.filter((unit) => !known.includes(unit)).map(({ word }) => word),
    };
  }

  place({ id, score, terms, queryTerms }, whole, message, describes) {
    const section = this.sections[id];
    const held = holds(message, section.title); // then the rest of the query is the traceback
    const share = held ? 1 : Math.min(1, this.worths(queryTerms) / whole);
    let weight = this.pages[section.page].weight * share * share;
    if (describes && section.symptom) weight *= SYMPTOM;
    if (held) weight *= 10 + section.title.length;
    if (section.terms?.some((term) => plain(term) === message)) weight *= 4;
    else if (message.length > 1 && plain(section.title).includes(message)) weight *= 3;
    else if (plain(section.text).includes(message)) weight *= 1.5;
    return { section, share, score: score * weight, terms: new Map(terms.map((term) => [term, this.worth(term)])) };
  }

  /** Places under their pages: [{page, places}], the page of the best place first. */
  underPages(places) {
    const groups = new Map();
    for (const place of places) {
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

const told = (text, terms) =>
  [...new Set(termsOfText(text))].reduce((sum, term) => sum + (terms.get(term) ?? 0), 0);

const sentencesOf = (line) => line.split(/(?<=[.?!])\s+|(?<=[。？！；][）”]?)(?![）”])/).filter(Boolean);

/** The part whose terms tell most, and how much. */
function best(parts, terms) {
  const worths = parts.map((part) => told(part, terms));
  const worth = Math.max(0, ...worths);
  return { worth, at: Math.max(0, worths.indexOf(worth)) };
}

/** The sentence (or the line of code) that has most of the words; else the first sentence. */
export function excerpt({ title, text, code }, terms) {
  const lines = code.split("\n");
  const paragraphs = text.split("\n").map(sentencesOf);
  const sentences = paragraphs.flat();
  const inTitle = new Set(termsOfText(title)); // code need not say what the title says already
  const beyond = new Map([...terms].filter(([term]) => !inTitle.has(term)));
  const [inText, inCode] = [best(sentences, terms), best(lines, beyond)];
  if (inCode.worth > 1.5 * inText.worth) return { words: shorten(lines[inCode.at], terms), isCode: true };
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
  const { places, unknown } = book.places(query);
  const found = book.underPages(places).slice(0, PAGES_SHOWN);
  if (!found.length) {
    status.textContent = fill(words.none, { query });
    output.append(...suggestions(words, links));
    return;
  }
  const count = found.reduce((sum, page) => sum + Math.min(page.places.length, PLACES_PER_PAGE), 0);
  const whole = places.some(({ share }) => share > 0.999); // a place with all of the words
  status.textContent = whole ? fill(words.found, { pages: found.length, places: count }) : words.some;
  const missing = unknown.filter((word) => !HAN.test(word)); // of Chinese these would be splinters
  if (missing.length) status.textContent += ` ${fill(words.unknown, { words: missing.join(", ") })}`;
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
