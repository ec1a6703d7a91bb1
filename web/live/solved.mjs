// A chapter in the contents has a mark for each of its exercises whose check was passed in the
// page. What was solved is kept on this device alone, and a button forgets it.
const KEY = "nn-embedding-solved";
const foot = /** @type {HTMLElement} */ (document.getElementById("solved"));

/** @param {string} address */
const chapter = (address) => new URL(address, location.href).pathname.split("/").at(-1)?.replace(/\.html$/, "");

/** @returns {string[]} `03_gradient_scatter_add#cell-c054`, … */
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return []; // a browser that keeps nothing, or something that is not ours
  }
}

let solved = kept();

/** @param {string[]} all */
function set(all) {
  solved = all;
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // it is marked until the page is left
  }
  show();
}

function show() {
  document.querySelectorAll(".solved-mark").forEach((mark) => mark.remove());
  for (const link of document.querySelectorAll(".bd-docs-nav a")) {
    const here = chapter(/** @type {HTMLAnchorElement} */ (link).href);
    for (const one of solved) {
      if (`${one}`.split("#")[0] !== here) continue;
      const mark = Object.assign(document.createElement("span"), { className: "solved-mark", textContent: " ✓" });
      mark.role = "img";
      mark.ariaLabel = foot.dataset.mark ?? "";
      link.append(mark);
    }
  }
  foot.hidden = solved.length === 0;
}

document.addEventListener("solved", ({ target }) => {
  const one = `${chapter(location.href)}#${/** @type {Element} */ (target).id}`;
  if (!solved.includes(one)) set([...solved, one]);
});
foot.querySelector("button")?.addEventListener("click", () => set([]));
window.addEventListener("storage", ({ key }) => {
  if (key !== KEY) return;
  solved = kept();
  show();
});
show();
