// The language switch keeps the section (the last heading above the middle of the window) and
// the words of a search, and remembers the choice for the next visit of the front page.
const link = document.querySelector(".language-switch");
const sections = [...document.querySelectorAll("article section[id]")];

function currentSection() {
  const middle = window.innerHeight / 2;
  const above = sections.filter((s) => s.getBoundingClientRect().top < middle);
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
  const section = currentSection();
  link.hash = section ? section.id : "";
  link.search = location.search;
  remember(link.hreflang.slice(0, 2));
});
