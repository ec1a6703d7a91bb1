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

export async function forget() {
  try {
    await caches.delete(NAME);
  } catch {
    // nothing was kept
  }
}
