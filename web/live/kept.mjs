// What a first visit decoded, kept in the reader's browser (it never leaves it): a later visit need
// neither fetch nor decode it.
const NAME = "nn-embedding-python";

/** @param {string} address which changes with the content @param {number} size */
export async function kept(address, size) {
  try {
    const content = await (await (await caches.open(NAME)).match(address))?.blob();
    return content?.size === size ? content : undefined;
  } catch {
    return undefined; // a browser that keeps nothing
  }
}

/** @param {string} address @param {Uint8Array<ArrayBuffer>} content */
export async function keep(address, content) {
  try {
    await forget(); // that of an older Python
    await (await caches.open(NAME)).put(address, new Response(content));
  } catch {
    // a full disk, say: then a later visit takes its time
  }
}

/**
 * Python's WebAssembly by itself, where a service worker (web/keep) can answer with it: what has an
 * address, and comes from where it was kept, the browser keeps compiled, too.
 * @param {string} address @param {Blob} content
 * @returns {Promise<string | undefined>} the address, once it is there
 */
export async function apart(address, content) {
  try {
    if (!navigator.serviceWorker?.controller) return undefined;
    const cache = await caches.open(NAME);
    if (await cache.match(address)) return address;
    await cache.put(address, new Response(content, { headers: { "Content-Type": "application/wasm" } }));
  } catch {
    // then it is compiled at each visit
  }
  return undefined;
}

export async function forget() {
  try {
    await caches.delete(NAME);
  } catch {
    // nothing was kept
  }
}
