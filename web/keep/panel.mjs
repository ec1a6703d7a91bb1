// <nn-keep>: both editions, and what this device has of them.
import { Row } from "./row.mjs";
import { supported } from "./store.mjs";
import words from "./words.mjs";

class Panel extends HTMLElement {
  connectedCallback() {
    if (!supported()) {
      this.textContent = words.unsupported;
      return;
    }
    const others = Object.keys(words.names).filter((edition) => edition !== words.own);
    const rows = [words.own, ...others].map((edition) => new Row(edition));
    this.replaceChildren(...rows.map(({ element }) => element));
    const show = (/** @type {EventTarget | null} */ but) => {
      for (const row of rows) if (row.element !== but && !row.isBusy) row.show();
    };
    window.addEventListener("online", () => show(null));
    // What one edition has fetched or given up, the other need not fetch, or has to.
    this.addEventListener("kept", ({ target }) => show(target));
    show(null);
  }
}
customElements.define("nn-keep", Panel);
