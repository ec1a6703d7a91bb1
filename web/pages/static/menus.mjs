// The menus of the header: what the theme leaves to Bootstrap's script, which weighs more than the
// text of a chapter. A menu opens by a press, closes by Escape, by a press elsewhere or when the
// keyboard leaves it, and the arrows walk through it.
/** @type {NodeListOf<HTMLElement>} */
const toggles = document.querySelectorAll("[data-bs-toggle=dropdown]");

for (const toggle of toggles) {
  const menu = /** @type {HTMLElement} */ (toggle.nextElementSibling);
  const around = /** @type {HTMLElement} */ (toggle.parentElement);

  const open = (/** @type {boolean} */ shown) => {
    menu.classList.toggle("show", shown);
    toggle.setAttribute("aria-expanded", `${shown}`);
  };
  const isOpen = () => menu.classList.contains("show");
  const walk = (/** @type {number} */ by) => {
    /** @type {NodeListOf<HTMLElement>} */
    const found = menu.querySelectorAll(".dropdown-item");
    const items = [...found];
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = at < 0 ? (by > 0 ? 0 : -1) : at + by;
    items.at(next % items.length)?.focus();
  };

  toggle.addEventListener("click", () => open(!isOpen()));
  around.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && isOpen()) {
      open(false);
      toggle.focus();
    }
  });
  around.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault(); // the page stays where it is
    open(true);
    walk(by);
  });
  around.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && around.contains(relatedTarget))) open(false);
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!(target instanceof Node && around.contains(target))) open(false);
  });
}
