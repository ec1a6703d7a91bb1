// The service worker: answers with what the reader keeps on this device (store.mjs puts it there),
// and otherwise lets every request pass. A page goes on with the version it began with: its scripts
// come one by one, and have to fit together.

/** @import { List } from "./keep.json" */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const LISTS = "nn-embedding-lists";
const FILES = "nn-embedding-files";
const LOCK = "nn-embedding-keep"; // held by a page that is storing files
const WHOLE = 16; // letters of a hash: who gives them all (store.mjs) wants this content or none
const root = worker.registration.scope;

/** @type {Map<string, Pick<List, "files">>} a list never changes */
const lists = new Map();
/** @type {Map<string, string>} by the id of a page: the list of what it reads */
const readers = new Map();

worker.addEventListener("install", () => { worker.skipWaiting(); });
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(root)) event.respondWith(answer(event));
});
worker.addEventListener("message", (event) => {
  const [port] = event.ports;
  event.waitUntil(drop(event.data.drop).then(() => port.postMessage(true), () => port.postMessage(false)));
});

/** @param {FetchEvent} event @returns {Promise<Response>} */
async function answer(event) {
  const { request } = event;
  try {
    const kept = await caches.has(LISTS) && await file(await find(event)); // nothing is made here
    if (kept) return kept;
    const wasm = request.url.includes(".wasm?") && await caches.match(request); // see live/kept.mjs
    if (wasm) return wasm;
  } catch (problem) {
    console.error("what is kept cannot be read", problem);
  }
  try {
    return await fetch(request);
  } catch (problem) {
    const away = await caches.has(LISTS) && request.mode === "navigate" && await file(await newest("away.html"));
    if (away) return away;
    throw problem;
  }
}

/** Where the kept file lies that answers a request. @param {FetchEvent} event */
async function find(event) {
  const { pathname, searchParams } = new URL(event.request.url);
  const path = decodeURIComponent(pathname).slice(new URL(root).pathname.length).replace(/(?<=^|\/)$/, "index.html");
  const hash = searchParams.get("v") ?? "";
  const key = hash.length < WHOLE && await listFor(event, path.split("/")[0]);
  if (key) return named(path, await list(key));
  return newest(path, hash);
}

/** What the page reads, of an edition. @param {FetchEvent} event @param {string} edition */
async function listFor(event, edition) {
  const store = await caches.open(LISTS);
  const kept = async () => {
    const version = await text(store, `kept/${edition}`);
    return version && `lists/${edition}/${JSON.parse(version).version}`;
  };
  const { request, clientId, resultingClientId } = event;
  if (request.mode !== "navigate") {
    const read = readers.get(clientId) ?? await text(store, `clients/${clientId}`);
    return read?.startsWith(`lists/${edition}/`) ? read : kept();
  }
  const key = await kept();
  if (key) {
    readers.set(resultingClientId, key);
    const noted = store.put(`${root}clients/${resultingClientId}`, new Response(key));
    event.waitUntil(noted.then(() => tidy(store)));
  }
  return key;
}

/**
 * A file of the newest list that has it, with the content that an address asks for by its hash, or
 * by the beginning of it, as live cells do.
 * @param {string} path @param {string} [hash]
 */
async function newest(path, hash = "") {
  const store = await caches.open(LISTS);
  for (const key of (await keys(store, "lists/")).reverse()) {
    const { files } = await list(key);
    if (files[path]?.[0].startsWith(hash)) return named(path, { files });
  }
  return undefined;
}

/** @param {string} path @param {Pick<List, "files">} among */
const named = (path, { files }) => files[path] && `files/${files[path][0]}/${path.split("/").at(-1)}`;

/** @param {string | undefined} name */
const file = async (name) => (name ? (await caches.open(FILES)).match(root + name) : undefined);

/** Nothing, where it was given up. @param {string} key @returns {Promise<Pick<List, "files">>} */
async function list(key) {
  const known = lists.get(key);
  if (known) return known;
  const found = await text(await caches.open(LISTS), key);
  if (!found) return { files: {} }; // not noted: it may be kept again
  const read = JSON.parse(found);
  lists.set(key, read);
  return read;
}

/** @param {Cache} store @param {string} key */
const text = async (store, key) => (await store.match(root + key))?.text();

/** @param {Cache} store @param {string} start @returns {Promise<string[]>} */
const keys = async (store, start) =>
  (await store.keys()).map(({ url }) => url.slice(root.length)).filter((key) => key.startsWith(start));

/** What no page reads any more goes, once there is a newer version. @param {Cache} store */
async function tidy(store) {
  const all = await keys(store, "lists/");
  if (all.length === (await keys(store, "kept/")).length) return;
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const living = new Set([...pages.map(({ id }) => id), ...readers.keys()].map((id) => `clients/${id}`));
  for (const id of readers.keys()) if (!pages.some((page) => page.id === id)) readers.delete(id);
  const read = new Set();
  for (const key of await keys(store, "clients/")) {
    if (living.has(key)) read.add(await text(store, key));
    else await store.delete(root + key);
  }
  for (const key of await keys(store, "kept/")) {
    read.add(`lists/${key.slice("kept/".length)}/${JSON.parse(await text(store, key) ?? "{}").version}`);
  }
  await Promise.all(all.filter((key) => !read.has(key)).map((key) => store.delete(root + key)));
  await sweep(store);
}

/** The reader keeps this edition no longer. @param {string} edition */
async function drop(edition) {
  const store = await caches.open(LISTS);
  const own = [...await keys(store, `lists/${edition}/`), `kept/${edition}`, `coming/${edition}`];
  await Promise.all(own.map((key) => store.delete(root + key)));
  readers.clear();
  await sweep(store);
}

/** Files of no list go, unless a page is storing some. @param {Cache} store */
async function sweep(store) {
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    const listed = new Set();
    for (const key of [...await keys(store, "lists/"), ...await keys(store, "coming/")]) {
      const { files } = JSON.parse(await text(store, key) ?? "{}");
      for (const path of Object.keys(files)) listed.add(root + named(path, { files }));
    }
    const cache = await caches.open(FILES);
    const unused = (await cache.keys()).filter(({ url }) => !listed.has(url));
    await Promise.all(unused.map((request) => cache.delete(request)));
  });
}
