// The search page: what it draws of the places that ranking.mjs finds.
import { Book, excerpt, HAN, marks } from "./ranking.mjs";

/** @import { Found, Page, Section, Worths } from "./ranking.mjs" */

/**
 * What the template hands over.
 * @typedef {{ [name: string]: string }} Texts
 * @typedef {{ words: Texts, links: Texts }} Settings
 */

const PAGES_SHOWN = 12;
const PLACES_PER_PAGE = 4;

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {string} className @param {(Node | string)[]} children
 */
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** @param {string} text @param {Worths} terms */
function marked(text, terms) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let at = 0;
  for (const [from, to] of marks(text, terms)) {
    parts.push(text.slice(at, from), element("mark", "", text.slice(from, to)));
    at = to;
  }
  return [...parts, text.slice(at)];
}

/** @param {Page} page @param {Section} section @param {Worths} terms */
function link(page, section, terms) {
  const a = element("a", "", ...marked(section.title, terms));
  const top = section.title === page.title; // the page itself
  a.href = page.address + (top ? "" : `#${section.id}`);
  return a;
}

/** @param {Found} found */
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

/** @param {Texts} words @param {Texts} links */
function suggestions(words, links) {
  const list = element("ul", "", element("li", "", words.shorter));
  for (const [name, address] of Object.entries(links)) {
    const a = element("a", "", words[name]);
    a.href = address;
    list.append(element("li", "", a));
  }
  return [element("p", "", words.try), list];
}

/** @param {string} words @param {{ [name: string]: string | number }} values */
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/**
 * @param {Book} book @param {string} query
 * @param {Element} output @param {Element} status @param {Settings} settings
 */
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

/** A part of the page that search.html has. @param {string} selector */
const part = (selector) => /** @type {Element} */ (document.querySelector(selector));

async function start() {
  const output = part("#search-results");
  const status = part("#search-status");
  /** @type {Settings} */
  const settings = JSON.parse(part("#search-settings").textContent ?? "");
  const field = /** @type {HTMLInputElement} */ (part(".bd-search-container input[name=q]"));
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.focus();
  status.textContent = settings.words.loading;
  let book;
  try {
    book = new Book(await (await fetch(new URL("sections.json", import.meta.url))).json());
  } catch {
    status.textContent = settings.words.failed;
    return undefined;
  }
  const answer = () => show(book, field.value, output, status, settings);
  /** @type {number | undefined} */
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
