// What Pyodide asks of a browser, for the bare V8 in which web/live/engine.py runs it: V8 has the
// language and WebAssembly, and nothing else. Pyodide takes it for a shell, as V8's own d8 is one.
Object.assign(globalThis, (() => {
  /** @type {Map<string, ArrayBuffer>} */
  const given = new Map(); // the files, by name: there is no disk
  /** @type {string[]} */
  const said = [];
  const say = (/** @type {unknown[]} */ ...parts) => { said.push(parts.map(String).join(" ")); };

  /** @param {ArrayBufferView | undefined} view */
  function bytesOf(view) {
    if (!view) return new Uint8Array(0);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }

  class TextEncoder {
    encode(text = "") {
      return Uint8Array.from(unescape(encodeURIComponent(text)), (byte) => byte.charCodeAt(0));
    }

    /** @param {string} text @param {Uint8Array} target */
    encodeInto(text, target) {
      const bytes = this.encode(text);
      target.set(bytes);
      return { read: text.length, written: bytes.length };
    }
  }

  class TextDecoder {
    constructor(encoding = "utf-8") {
      this.wide = encoding.includes("16");
    }

    /** @param {ArrayBufferView} [view] */
    decode(view) {
      const bytes = bytesOf(view);
      let text = "";
      if (this.wide) {
        for (let at = 0; at + 1 < bytes.length; at += 2)
          text += String.fromCharCode(bytes[at] | bytes[at + 1] << 8);
        return text;
      }
      for (const byte of bytes) text += String.fromCharCode(byte);
      return decodeURIComponent(escape(text));
    }
  }

  /** What Emscripten asks of a shell for random bytes. Zeros: each build gives the same bytecode. */
  const system = (/** @type {string} */ _, /** @type {string[]} */ [, command]) => {
    const count = Number(command.match(/-c(\d+)/)?.[1]);
    return "A".repeat(Math.floor(count / 3) * 4) + ["", "AA==", "AAA="][count % 3];
  };
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const atob = (/** @type {string} */ coded) => {
    let text = "", number = 0, bits = 0;
    for (const letter of coded.replace(/=+$/, "")) {
      number = number << 6 | LETTERS.indexOf(letter);
      bits += 6;
      if (bits < 8) continue;
      bits -= 8;
      text += String.fromCharCode(number >> bits & 255);
    }
    return text;
  };

  return {
    given,
    said,
    readbuffer: (/** @type {string} */ path) => {
      const content = given.get(path.slice(path.lastIndexOf("/") + 1));
      if (!content) throw new Error(`${path} is not here`);
      return content.slice(0);
    },
    read: (/** @type {string} */ path) => { throw new Error(`${path} is not read as text`); },
    load: (/** @type {string} */ path) => { throw new Error(`${path} is not loaded as a script`); },
    print: say,
    printErr: say,
    console: { log: say, warn: say, error: say, info() {}, debug() {} },
    performance: { now: () => Date.now() },
    crypto: { getRandomValues: (/** @type {ArrayBufferView} */ view) => (bytesOf(view).fill(0), view) },
    os: { system },
    atob,
    location: { href: "file:///", toString: () => "file:///" },
    URL: class { constructor(/** @type {string} */ href) { this.href = href; } toString() { return this.href; } },
    AbortSignal: class {},
    AbortController: class { signal = {}; abort() {} },
    TextEncoder,
    TextDecoder,
  };
})());
