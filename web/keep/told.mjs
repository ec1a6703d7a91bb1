// On a page that comes from this device: tells that the site has a newer version, and leads to
// where it is fetched. Once a version and window: nothing is forced.
import { here, offered, root, supported } from "./store.mjs";
import words from "./words.mjs";

const KEY = "nn-embedding-told";

async function tell() {
  if (!supported()) return;
  const [{ kept }, site] = await Promise.all([here(words.own), offered(words.own)]);
  if (!kept || kept.version === site.version || sessionStorage.getItem(KEY) === site.version) return;
  const box = Object.assign(document.createElement("aside"), { className: "keep-told", ariaLabel: words.newer });
  const link = Object.assign(document.createElement("a"), {
    href: `${root}${words.own}/chapters/ways_to_run.html#no-network`, textContent: words.look,
  });
  const later = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: words.later });
  later.addEventListener("click", () => {
    sessionStorage.setItem(KEY, site.version);
    box.remove();
  });
  box.append(words.newer, words.space, link, later);
  document.querySelector("article")?.prepend(box);
}
tell().catch(() => {}); // no network, or a browser that keeps nothing: there is nothing to tell
