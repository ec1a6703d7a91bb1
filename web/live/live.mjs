// Puts Run, Edit, Reset and Stop on the live cells of a page. Everything else is loaded when a
// reader first presses one of them.
const row = /** @type {HTMLTemplateElement} */ (document.getElementById("live-bar"));
const { ways, cell: label, offline } = /** @type {{ [name: string]: string }} */ (row.dataset);
/** @type {NodeListOf<HTMLElement>} */
const found = document.querySelectorAll(".cell.tag_live");
const cells = [...found];

/** What page.mjs will import comes beside it, not after it. @param {string} name */
function preload(name) {
  const href = new URL(`./${name}.mjs`, import.meta.url).href;
  document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
}

/** @type {Promise<import("./page.mjs").LivePage> | undefined} */
let loading;
function page() {
  if (!loading) ["edition", "python", "download", "kept"].forEach(preload);
  loading ??= import("./page.mjs").then(({ LivePage }) => new LivePage(cells, ways));
  loading.catch(() => { loading = undefined; }); // the next press tries again
  return loading;
}

for (const [index, cell] of cells.entries()) {
  const bar = /** @type {Element} */ (row.content.firstElementChild?.cloneNode(true));
  bar.setAttribute("aria-label", label.replace("{n}", `${index + 1}`));
  const status = bar.querySelector(".live-status");
  const act = async (/** @type {string | undefined} */ what) => {
    try {
      (await page()).act(index, what);
    } catch {
      if (status) status.textContent = offline;
    }
  };
  bar.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (button) act(button.dataset.do);
  });
  cell.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey && !event.isComposing) {
      event.preventDefault();
      act("run");
    }
  });
  cell.querySelector(".cell_input")?.append(bar);
  cell.classList.add("live");
}
