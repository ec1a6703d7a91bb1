// Which sections match a query, in which order, and the sentence that shows it; it needs no page.
// MiniSearch ranks (BM25); what it cannot know of this book is below: Chinese without a
// dictionary, names like embedding_bag, whole error messages, numbers that are the reader's own.

import MiniSearch from "./minisearch.mjs";
import { Stemmer } from "./stemmer.mjs";

/** @import { SearchResult } from "./minisearch.mjs" */

/**
 * What search.py writes into sections.json.
 * @typedef {{ address: string, title: string, weight: number }} Page
 * @typedef {object} Section
 * @property {number} page whose section it is, as an index
 * @property {string} id
 * @property {string} title
 * @property {string} text
 * @property {string} code
 * @property {string} [myth] claims that are wrong: found, and never shown
 * @property {string[]} [terms] that the glossary says are explained here
 * @property {boolean} [symptom] of the error clinic
 */

/** @typedef {Map<string, number>} Worths how much each term tells */
/** @typedef {{ section: Section, score: number, share: number, terms: Worths }} Place that matches */
/** @typedef {{ page: Page, places: Place[] }} Found */

const WORD = /[a-z0-9_]+|[\u3400-\u9fff]+/gi;
export const HAN = /[\u3400-\u9fff]/;
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
const FAR_BEHIND = 0.1; // a place with less than this part of the best score is not shown,
const AT_LEAST = 6; // but so many are, if there are so many
const SENTENCE = 4; // telling words: somebody describes what went wrong, not one name or term
const SYMPTOM = 2.5; // what such a sentence is about
const EXCERPT = 200; // characters, about two lines

// --- words ------------------------------------------------------------------------------------

/** @param {string} word */
const stem = (word) => (/[\d_]/.test(word) || word.length < 4 ? word : stemmer.stemWord(word));
const stemmer = new Stemmer();

/**
 * The terms that one run of letters stands for: itself first, then what it is made of.
 * @param {string} run
 */
export function termsOf(run) {
  if (HAN.test(run)) {
    const pairs = Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2));
    return [...run, ...pairs];
  }
  const parts = run.split(/_+|(?<=[a-z])(?=[A-Z])/).filter(Boolean);
  const terms = [run, ...(parts.length > 1 ? parts : [])].map((part) => stem(part.toLowerCase()));
  return terms.filter((term) => /\D/.test(term));
}

/** @param {string} text */
const termsOfText = (text) => [...text.matchAll(WORD)].flatMap(([run]) => termsOf(run));

/**
 * The units of a query: all of them should be found. Each is a list of terms that will do.
 * @param {string} query
 */
export function unitsOf(query) {
  const names = query.replace(/(?:[a-z_]\w*\.)+(?=[a-z_])/gi, ""); // torch.optim.SGD: the last part
  const units = [...names.matchAll(WORD)].flatMap(([run]) => {
    if (!HAN.test(run)) return [{ word: run.toLowerCase(), terms: termsOf(run) }];
    const terms = run.length === 1 ? [run] : termsOf(run).slice(run.length);
    return terms.map((term) => ({ word: term, terms: [term] }));
  });
  const empty = (/** @type {string} */ word) =>
    (HAN.test(word) ? word.length > 1 && EMPTY_HAN.test(word) : EMPTY.has(word));
  const telling = units.filter(({ word, terms }) => terms.length && !empty(word));
  return telling.length ? telling : units.filter(({ terms }) => terms.length);
}

/** For comparing messages: the reader's numbers and quotes are his own. @param {string} text */
const plain = (text) =>
  text.toLowerCase().replace(/\d+/g, "0").replace(/[‘’“”`"]/g, "'").replace(/\s+/g, " ").trim();

/**
 * Does the query hold this whole heading, piece by piece, as a pasted message holds its own?
 * @param {string} query @param {string} title
 */
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

/** @type {("terms" | "title" | "text" | "myth" | "code")[]} */
const FIELDS = ["terms", "title", "text", "myth", "code"];

/** @param {Section} section @param {string} field */
const textOf = (section, field) =>
  [section[/** @type {typeof FIELDS[number]} */ (field)] ?? ""].flat().join("\n");

export class Book {
  /** @param {{ pages: Page[], sections: Section[] }} index */
  constructor({ pages, sections }) {
    this.pages = pages;
    this.sections = sections;
    /** @type {MiniSearch<Section & { number: number }>} */
    this.index = new MiniSearch({
      fields: FIELDS,
      idField: "number",
      extractField: (section, field) => (field === "number" ? section.number : textOf(section, field)),
      tokenize: termsOfText,
      processTerm: (term) => term,
      searchOptions: { boost: { terms: 8, title: 4, text: 1, myth: 1, code: 0.4 } },
    });
    this.index.addAll(sections.map((section, number) => ({ ...section, number })));
    /** @type {Map<string, number>} */
    this.counts = new Map(); // in how many sections a term stands
    for (const section of sections) {
      const words = FIELDS.map((field) => textOf(section, field)).join("\n");
      for (const term of new Set(termsOfText(words))) this.counts.set(term, (this.counts.get(term) ?? 0) + 1);
    }
  }

  /** @param {string} term */
  knows(term) {
    return this.counts.has(term);
  }

  /**
   * How much a word tells: a rare one more than one that stands everywhere.
   * @param {string} term
   */
  worth(term) {
    return Math.log(1 + this.sections.length / (1 + (this.counts.get(term) ?? 0)));
  }

  /** @param {string[]} terms */
  worths(terms) {
    return [...new Set(terms)].reduce((sum, term) => sum + this.worth(term), 0);
  }

  /**
   * The places that match, best first; and the unknown words.
   * @param {string} query
   * @returns {{ places: Place[], unknown: string[] }}
   */
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
    const most = Math.max(...places.map(({ share }) => share));
    const near = places.filter(({ share }) => share >= 0.5 * most).sort((one, two) => two.score - one.score);
    return {
      places: near.filter(({ score }, n) => n < AT_LEAST || score >= FAR_BEHIND * near[0].score),
      unknown: units.filter((unit) => !known.includes(unit)).map(({ word }) => word),
    };
  }

  /**
   * @param {SearchResult} result
   * @param {number} whole what all words of the query tell
   * @param {string} message the query, for comparing
   * @param {boolean} describes whether it says what went wrong
   * @returns {Place}
   */
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

  /**
   * Places under their pages, the page of the best place first.
   * @param {Place[]} places
   * @returns {Found[]}
   */
  underPages(places) {
    /** @type {Map<Page, Place[]>} */
    const groups = new Map();
    for (const place of places) {
      const page = this.pages[place.section.page];
      groups.set(page, [...(groups.get(page) ?? []), place]);
    }
    return [...groups].map(([page, own]) => ({ page, places: own }));
  }
}

// --- what is shown ----------------------------------------------------------------------------

/**
 * Where the matched words stand in a text, [from, to], in order and not overlapping.
 * @param {string} text @param {Worths} terms
 */
export function marks(text, terms) {
  /** @type {[number, number][]} */
  const spans = [];
  const add = (/** @type {number} */ from, /** @type {number} */ to) => {
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

/** @param {string} text @param {Worths} terms */
const told = (text, terms) =>
  [...new Set(termsOfText(text))].reduce((sum, term) => sum + (terms.get(term) ?? 0), 0);

/** @param {string} line */
const sentencesOf = (line) => line.split(/(?<=[.?!])\s+|(?<=[。？！；][）”]?)(?![）”])/).filter(Boolean);

/** The part whose terms tell most, and how much. @param {string[]} parts @param {Worths} terms */
function best(parts, terms) {
  const worths = parts.map((part) => told(part, terms));
  const worth = Math.max(0, ...worths);
  return { worth, at: Math.max(0, worths.indexOf(worth)) };
}

/**
 * The sentence (or the line of code) that has most of the words; else the first sentence.
 * @param {Section} section @param {Worths} terms
 */
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

/**
 * A long sentence is cut around the first word that was looked for.
 * @param {string} sentence @param {Worths} terms
 */
function shorten(sentence, terms) {
  if (sentence.length <= EXCERPT) return sentence;
  const first = marks(sentence, terms)[0]?.[0] ?? 0;
  let from = Math.max(0, Math.min(first - EXCERPT / 3, sentence.length - EXCERPT));
  const space = sentence.indexOf(" ", from);
  if (from > 0 && space >= 0 && space < first) from = space + 1;
  const cut = sentence.slice(from, from + EXCERPT);
  const end = from + EXCERPT < sentence.length ? `${cut.replace(/\s\S*$/, "")} …` : cut;
  return from > 0 ? `… ${end}` : end;
}
