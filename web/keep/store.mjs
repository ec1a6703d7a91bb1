// An edition on this device: what is here, fetching it, giving it up. Where things lie, which
// worker.mjs reads:
//   in LISTS   kept/en             which version is here, and since when
//              lists/en/<version>  its files; an older one stays while a page reads it
//              coming/en           the files that are on their way
//              clients/<id>        which list a page reads
//   in FILES   files/<hash>/<name>

/** @import { List } from "./keep.json" */

/**
 * @typedef {object} Here what this device has of an edition
 * @property {List} [kept]
 * @property {number} since when it was kept, in ms
 * @property {List} [coming] begun and not yet whole
 *
 * @typedef {(done: number, all: number) => void} Report in bytes
 * @typedef {"unsupported" | "forbidden" | "full" | "unreachable" | "changed" | "stopped"} Why
 */

import { read } from "../live/download.mjs";
import { forget } from "../live/kept.mjs";

const LISTS = "nn-embedding-lists";
const FILES = "nn-embedding-files";
const LOCK = "nn-embedding-keep";
const AT_ONCE = 6; // requests
const PAUSES = [1_000, 3_000]; // ms before the second and the third try
export const root = new URL("../../../", import.meta.url).href;

export class Refused extends Error {
  /** @param {Why} why @param {number} [done] @param {number} [all] */
  constructor(why, done = 0, all = 0) {
    super(why);
    this.why = why;
    this.done = done;
    this.all = all;
  }
}

/** @param {Cache} cache @param {string} key */
const get = async (cache, key) => (await cache.match(root + key))?.json();

/** @param {string} path @param {string} hash */
const placeOf = (path, hash) => `${root}files/${hash}/${path.split("/").at(-1)}`;

/** Whether this browser keeps pages at all, here. */
export const supported = () => "serviceWorker" in navigator && "caches" in self && "locks" in navigator;

/** @param {string} edition @returns {Promise<Here>} */
export async function here(edition) {
  if (!await caches.has(LISTS)) return { since: 0 };
  const lists = await caches.open(LISTS);
  const { version, since = 0 } = await get(lists, `kept/${edition}`) ?? {};
  const kept = version && await get(lists, `lists/${edition}/${version}`);
  return { kept, since, coming: await get(lists, `coming/${edition}`) };
}

/** What the site has now. @param {string} edition @returns {Promise<List>} */
export async function offered(edition) {
  try {
    const answer = await fetch(`${root}${edition}/keep.json`, { cache: "no-store" });
    if (answer.ok) return await answer.json();
  } catch {
    // said below
  }
  throw new Refused("unreachable");
}

/** What of a list is not here yet. @param {List} list @returns {Promise<Map<string, number>>} */
export async function missing({ files }) {
  const found = await caches.has(FILES) ? await (await caches.open(FILES)).keys() : [];
  const have = new Set(found.map(({ url }) => url));
  const places = Object.entries(files).map(([path, [hash, bytes]]) => /** @type {const} */ ([path, hash, bytes]));
  return new Map(places.filter(([path, hash]) => !have.has(placeOf(path, hash))).map(([path, , bytes]) => [path, bytes]));
}

/** @param {Map<string, number>} files */
export const bytesOf = (files) => [...files.values()].reduce((sum, bytes) => sum + bytes, 0);

/**
 * Fetch an edition, or what is missing of its newest version. Until all of it is here, the device
 * goes on with what it had.
 * @param {string} edition @param {Report} report @param {AbortSignal} stop
 */
export async function keep(edition, report, stop) {
  const list = await offered(edition);
  await navigator.locks.request(LOCK, async () => {
    const lists = await opened(LISTS);
    const wanted = await missing(list);
    await refuseWhereNoRoom(bytesOf(wanted));
    await register();
    await put(lists, `${root}coming/${edition}`, new Response(JSON.stringify(list)), list);
    await new Fetching(list, wanted, report, stop).all();
    await put(lists, `${root}lists/${edition}/${list.version}`, new Response(JSON.stringify(list)), list);
    const record = JSON.stringify({ version: list.version, since: Date.now() });
    await put(lists, `${root}kept/${edition}`, new Response(record), list);
    await lists.delete(`${root}coming/${edition}`);
  });
  navigator.storage?.persist?.().catch(() => {}); // the browser decides
}

/** Give an edition up; with the last one everything goes, the Python of live cells too. @param {string} edition */
export async function drop(edition) {
  const registration = await navigator.serviceWorker.getRegistration(root);
  const { active } = registration ?? {};
  if (active) {
    const { port1, port2 } = new MessageChannel();
    const done = new Promise((resolve) => { port1.onmessage = resolve; });
    active.postMessage({ drop: edition }, [port2]);
    await done;
  }
  const left = (await (await caches.open(LISTS)).keys()).some(({ url }) => /^(kept|coming)\//.test(url.slice(root.length)));
  if (left) return;
  await registration?.unregister();
  await Promise.all([caches.delete(LISTS), caches.delete(FILES), forget()]);
}

/** @param {string} name */
async function opened(name) {
  try {
    return await caches.open(name);
  } catch {
    throw new Refused("forbidden");
  }
}

/** @param {number} bytes */
async function refuseWhereNoRoom(bytes) {
  const { quota = Infinity, usage = 0 } = await navigator.storage?.estimate?.() ?? {};
  if (quota - usage < bytes) throw new Refused("full", 0, bytes);
}

async function register() {
  try {
    await navigator.serviceWorker.register(`${root}keep.js`, { scope: root, updateViaCache: "none" });
    await navigator.serviceWorker.ready;
  } catch {
    throw new Refused(await reachable() ? "forbidden" : "unreachable");
  }
}

const reachable = () => fetch(`${root}keep.js`, { cache: "no-store" }).then(({ ok }) => ok, () => false);

/** @param {Cache} cache @param {string} place @param {Response} content @param {List} list */
async function put(cache, place, content, { bytes }) {
  try {
    await cache.put(place, content);
  } catch (problem) {
    const full = problem instanceof DOMException && problem.name === "QuotaExceededError";
    throw new Refused(full ? "full" : "forbidden", 0, bytes);
  }
}

/** The files of a list, some at once, each again when the line breaks. */
class Fetching {
  /** @param {List} list @param {Map<string, number>} wanted @param {Report} report @param {AbortSignal} stop */
  constructor(list, wanted, report, stop) {
    this.list = list;
    this.report = report;
    this.stop = stop;
    this.left = [...wanted.keys()];
    this.stored = list.bytes - bytesOf(wanted);
    /** @type {Map<string, number>} */
    this.arrived = new Map(); // bytes of files under way
  }

  async all() {
    this.#tell();
    const files = await opened(FILES);
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let path = this.left.shift(); path !== undefined; path = this.left.shift()) await this.#one(files, path);
    });
    const results = await Promise.allSettled(workers);
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }

  /** @param {Cache} files @param {string} path */
  async #one(files, path) {
    for (let attempt = 0; ; attempt++) {
      try {
        const [hash] = this.list.files[path];
        const { content, type } = await this.#fetch(path, hash, attempt ? "reload" : "no-cache");
        const headers = { "Content-Type": type, "Content-Length": `${content.byteLength}` };
        await put(files, placeOf(path, hash), new Response(content, { headers }), this.list);
        this.arrived.delete(path);
        this.stored += content.byteLength;
        this.#tell();
        return;
      } catch (problem) {
        this.arrived.delete(path);
        this.#tell();
        const again = !(problem instanceof Refused) || problem.why === "changed";
        if (this.stop.aborted) this.#give("stopped");
        if (!again || attempt === PAUSES.length) {
          this.left = []; // the others end with what they have begun
          if (!(problem instanceof Refused)) this.#give("unreachable");
          throw problem;
        }
        await new Promise((resolve) => {
          setTimeout(resolve, PAUSES[attempt]);
          this.stop.addEventListener("abort", resolve);
        });
        if (this.stop.aborted) this.#give("stopped");
      }
    }
  }

  /**
   * @param {string} path @param {string} hash @param {RequestCache} cache
   * @returns {Promise<{ content: ArrayBuffer, type: string }>}
   */
  async #fetch(path, hash, cache) {
    const { response, parts } = await read(new URL(`${path}?v=${hash}`, root), { signal: this.stop, cache }, (count) => {
      this.arrived.set(path, count);
      this.#tell();
    });
    const content = await new Blob(parts).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
    const found = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (!found.startsWith(hash)) throw new Refused("changed");
    return { content, type: response.headers.get("Content-Type") ?? "" };
  }

  /** @param {Why} why @returns {never} */
  #give(why) {
    this.left = [];
    throw new Refused(why, this.stored, this.list.bytes);
  }

  #tell() {
    this.report(this.stored + [...this.arrived.values()].reduce((sum, count) => sum + count, 0), this.list.bytes);
  }
}
