// The language switch keeps the place (the cell, figure or section that a link led to while it
// can be seen, else the last one that begins above the upper part of the window) and the words of
// a search, and remembers the choice for the next visit of the front page.
/** @type {HTMLAnchorElement | null} */
const link = document.querySelector(".language-switch");
const places = [...document.querySelectorAll("article :is(section, .cell, .figure)[id]")];

/** @param {Element} element */
function seen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top < window.innerHeight && bottom > 0;
}

function currentPlace() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && places.includes(target) && seen(target)) return target;
  const above = places.filter((p) => p.getBoundingClientRect().top < 120);
  return window.scrollY > 0 ? above.at(-1) : undefined;
}

/** @param {string} language */
function remember(language) {
  try {
    localStorage.setItem("nn-embedding-language", language);
  } catch {
    // a browser that keeps nothing: the front page goes by its languages
  }
}

link?.addEventListener("click", () => {
  link.hash = currentPlace()?.id ?? "";
  link.search = location.search;
  remember(link.hreflang.slice(0, 2));
});

// A place that has gone to another page left a hidden link with its id (web/book/moved.csv).
function followMoved() {
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const moved = document.querySelectorAll("a.moved");
  for (const { id, href } of moved) if (location.hash === `#${id}`) location.replace(href);
}
window.addEventListener("hashchange", followMoved);
followMoved();

// Who reports a mistake has the section filled in, too: how it is called, and where it is.
/** @param {HTMLAnchorElement} opener */
function addPlace(opener) {
  const form = new URL(opener.href);
  const place = currentPlace();
  const heading = place?.closest("section")?.querySelector("h1, h2, h3, h4");
  const words = heading?.textContent?.replace(/#$/, "") ?? "";
  if (place) form.searchParams.set("section", `${words} #${place.id}`.trim());
  else form.searchParams.delete("section");
  opener.href = form.href;
}
/** @type {NodeListOf<HTMLAnchorElement>} */
const forms = document.querySelectorAll('a[href*="/issues/new?template=mistake-"]');
for (const form of forms) {
  for (const way of ["pointerdown", "click"]) form.addEventListener(way, () => addPlace(form));
}

// Only what scrolls is a stop for the Tab key; until this has run, all code and outputs are.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll("article pre").forEach((pre) => sizes.observe(pre));

// Who listens to the page hears that the code was copied: the button shows it to the others.
const status = document.createElement("div");
status.setAttribute("role", "status");
status.className = "visually-hidden";
document.querySelector("article")?.after(status);
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const button = /** @type {HTMLElement} */ (target);
    if (button.matches(".copybtn.success")) status.textContent = button.dataset.tooltip ?? "";
  }
}).observe(document.body, { subtree: true, attributeFilter: ["class"] });

// The colour button says which mode it is in; dialogs are called as what opens them.
const colours = document.querySelector(".theme-switch-button");
if (colours) {
  const name = colours.getAttribute("aria-label") ?? "";
  const sayMode = () => {
    /** @type {HTMLElement | null} */
    const mode = colours.querySelector(`[data-mode="${document.documentElement.dataset.mode}"]`);
    colours.setAttribute("aria-label", mode ? `${name} · ${mode.title}` : name);
  };
  new MutationObserver(sayMode).observe(document.documentElement, { attributeFilter: ["data-mode"] });
  sayMode();
}
for (const [dialog, opener] of [
  ["#pst-search-dialog", ".search-button-field, .search-button"],
  ["#pst-primary-sidebar-modal", ".primary-toggle"],
  ["#pst-secondary-sidebar-modal", ".secondary-toggle"],
]) {
  const modal = document.querySelector(dialog);
  /** @type {NodeListOf<HTMLElement>} */
  const found = document.querySelectorAll(opener);
  const buttons = [...found];
  const words = buttons.map((b) => b.title || b.dataset.bsOriginalTitle || b.innerText.trim());
  modal?.setAttribute("aria-label", words.find(Boolean)?.split("\n")[0] ?? "");
  // The theme means to give the focus back too, but loses it where the dialog hid the button.
  modal?.addEventListener("close", () => {
    setTimeout(() => buttons.find((button) => button.checkVisibility())?.focus());
  });
}

// A page that comes from this device looks whether the site has a newer one.
if (navigator.serviceWorker?.controller) import("./keep/told.mjs").catch(() => {});

// Paper has no dark side. Afterwards the page is as it was.
/** @type {string | undefined} */
let theme;
window.addEventListener("beforeprint", () => {
  theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
window.addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = theme;
});
