// The language switch keeps the section: the last heading above the middle of the window.
const link = document.querySelector(".language-switch");
const sections = [...document.querySelectorAll("article section[id]")];

function currentSection() {
  const middle = window.innerHeight / 2;
  const above = sections.filter((s) => s.getBoundingClientRect().top < middle);
  return window.scrollY > 0 ? above.at(-1) : undefined;
}

link?.addEventListener("click", () => {
  const section = currentSection();
  link.hash = section ? section.id : "";
});
