// The language switch keeps the place: the cell, figure or section that a link led to while it
// can be seen, else the last one that begins above the upper part of the window.
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

link?.addEventListener("click", () => {
  link.hash = currentPlace()?.id ?? "";
});

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

// Paper has no folds and no dark side. Afterwards the page is as it was.
let restore = [];
window.addEventListener("beforeprint", () => {
  const root = document.documentElement;
  const theme = root.dataset.theme;
  const folds = [...document.querySelectorAll("article details:not([open])")];
  folds.forEach((fold) => (fold.open = true));
  root.dataset.theme = "light";
  restore = [() => folds.forEach((fold) => (fold.open = false)), () => (root.dataset.theme = theme)];
});
window.addEventListener("afterprint", () => restore.splice(0).forEach((step) => step()));
