// Loads the figures of a page, each when it comes near the window, or when the address leads to it.
const words = JSON.parse(document.getElementById("explore-words")?.textContent ?? "{}");
const names = Object.keys(words).filter((name) => name.startsWith("emb-"));

/** @param {Element} figure */
function load(figure) {
  near.unobserve(figure);
  import(`./${figure.localName.slice("emb-".length)}.mjs`);
}
const near = new IntersectionObserver(
  (entries) => entries.filter((e) => e.isIntersecting).forEach((e) => load(e.target)),
  { rootMargin: "600px" },
);
for (const figure of document.querySelectorAll(names.join())) {
  near.observe(figure);
  // The keyboard passes the picture by, which will be gone when it gets there.
  for (const link of figure.querySelectorAll("a")) link.tabIndex = -1;
}

// `#emb-scatter;ids=313` leads to a figure in a state.
function follow() {
  const [id] = decodeURIComponent(location.hash.slice(1)).split(";");
  // (What stood there before the figure came, a picture, leads to it as well.)
  const figure = document.getElementById(id)?.closest(names.join());
  if (figure) {
    load(figure);
    figure.scrollIntoView({ block: "start" });
  }
}
window.addEventListener("hashchange", follow);
follow();
