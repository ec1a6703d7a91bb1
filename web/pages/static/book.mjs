// The language switch keeps the place (the cell, figure or section that a link led to while it
// can be seen, else the last one that begins above the upper part of the window) and the words of
// a search, and remembers the choice for the next visit of the front page.
const link = document.querySelector(".language-switch");
const places = [...document.querySelectorAll("article :is(section, .cell, .figure)[id]")];

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

// Who reports a mistake has the section filled in, too: how it is called, and where it is.
function addPlace({ currentTarget }) {
  const form = new URL(currentTarget.href);
  const place = currentPlace();
  const heading = place?.closest("section")?.querySelector("h1, h2, h3, h4")?.cloneNode(true);
  heading?.querySelector(".headerlink")?.remove();
  if (place) form.searchParams.set("section", `${heading?.textContent ?? ""} #${place.id}`.trim());
  else form.searchParams.delete("section");
  currentTarget.href = form.href;
}
for (const a of document.querySelectorAll('a[href*="/issues/new?template=mistake-"]')) {
  for (const way of ["pointerdown", "click"]) a.addEventListener(way, addPlace);
}

// Only what scrolls is a stop for the Tab key; until this has run, all code and outputs are.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    target.toggleAttribute("tabindex", target.scrollWidth > target.clientWidth);
    if (target.hasAttribute("tabindex")) target.tabIndex = 0;
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
    if (target.matches(".copybtn.success")) status.textContent = target.dataset.tooltip;
  }
}).observe(document.body, { subtree: true, attributeFilter: ["class"] });

// The colour button says which mode it is in; dialogs are called as what opens them.
const colours = document.querySelector(".theme-switch-button");
const name = colours?.getAttribute("aria-label");
function sayMode() {
  const mode = colours.querySelector(`[data-mode="${document.documentElement.dataset.mode}"]`);
  colours.setAttribute("aria-label", mode ? `${name} · ${mode.title}` : name);
}
if (colours) {
  new MutationObserver(sayMode).observe(document.documentElement, { attributeFilter: ["data-mode"] });
  sayMode();
}
for (const [dialog, opener] of [
  ["#pst-search-dialog", ".search-button-field, .search-button"],
  ["#pst-primary-sidebar-modal", ".primary-toggle"],
  ["#pst-secondary-sidebar-modal", ".secondary-toggle"],
]) {
  const modal = document.querySelector(dialog);
  const buttons = [...document.querySelectorAll(opener)];
  const words = buttons.map((b) => b.title || b.dataset.bsOriginalTitle || b.innerText.trim());
  modal?.setAttribute("aria-label", words.find(Boolean)?.split("\n")[0] ?? "");
  // The theme means to give the focus back too, but loses it where the dialog hid the button.
  modal?.addEventListener("close", () => {
    setTimeout(() => buttons.find((button) => button.checkVisibility())?.focus());
  });
}

// Paper has no dark side. Afterwards the page is as it was.
let theme;
window.addEventListener("beforeprint", () => {
  theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
window.addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = theme;
});
