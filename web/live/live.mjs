// Puts Run, Edit, Reset and Stop on the live cells of a page. Everything else is loaded when a
// reader first presses one of them.
const row = document.getElementById("live-bar");
const cells = [...document.querySelectorAll(".cell.tag_live")];

let loading;
function page() {
  loading ??= import("./page.mjs").then(({ LivePage }) => new LivePage(cells, row.dataset.ways));
  loading.catch(() => { loading = undefined; }); // the next press tries again
  return loading;
}

for (const [index, cell] of cells.entries()) {
  const bar = row.content.firstElementChild.cloneNode(true);
  bar.setAttribute("aria-label", row.dataset.cell.replace("{n}", index + 1));
  const status = bar.querySelector(".live-status");
  const act = async (what) => {
    try {
      (await page()).act(index, what);
    } catch {
      status.textContent = row.dataset.offline;
    }
  };
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) act(button.dataset.do);
  });
  cell.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey && !event.isComposing) {
      event.preventDefault();
      act("run");
    }
  });
  cell.querySelector(".cell_input").append(bar);
  cell.classList.add("live");
}
