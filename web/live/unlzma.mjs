// LZMA, decoded while it arrives. Browsers have no decoder for it, and their gzip makes the Python
// of a page half as large again. What web/live/packs.py writes: lc = 3, lp = 0, pb = 2, no header,
// an end marker. After the LZMA specification by Igor Pavlov (public domain).

const NEED = 20; // bytes: no symbol takes more
const LC = 3; // bits of the byte before, which choose the probabilities of a literal
const POSITIONS = 4; // 1 << pb: probabilities also hang on the place modulo this
const EVEN = 1024; // a probability of one half
const LEAST = 0x1000000; // below it the range takes another byte

const BROKEN = "the archive is broken";

/** @param {number} count */
const even = (count) => new Uint16Array(count).fill(EVEN);

// The range decoder. Typed, and not fields of an object: the numbers have all 32 bits.
const RANGE = 0, CODE = 1;
const register = new Uint32Array(2);
/** @type {Uint8Array<ArrayBufferLike>} */
let source = new Uint8Array(0);
let next = 0; // the place in source

/** One bit, by its probability, which learns from it. @param {Uint16Array} probabilities @param {number} at */
function bit(probabilities, at) {
  const probability = probabilities[at];
  const code = register[CODE];
  let range = register[RANGE];
  const bound = Math.imul(range >>> 11, probability) >>> 0;
  let found = 0;
  if (code < bound) {
    range = bound;
    probabilities[at] = probability + (2048 - probability >> 5);
  } else {
    range = range - bound >>> 0;
    register[CODE] = code - bound;
    probabilities[at] = probability - (probability >> 5);
    found = 1;
  }
  if (range < LEAST) {
    range <<= 8;
    register[CODE] = register[CODE] << 8 | source[next++];
  }
  register[RANGE] = range;
  return found;
}

/** Bits of even odds. @param {number} count */
function plainBits(count) {
  let value = 0;
  for (let n = 0; n < count; n++) {
    const half = register[RANGE] >>> 1;
    const one = register[CODE] >= half ? 1 : 0;
    if (one) register[CODE] -= half;
    value = value << 1 | one;
    register[RANGE] = half;
    if (half < LEAST) {
      register[RANGE] = half << 8;
      register[CODE] = register[CODE] << 8 | source[next++];
    }
  }
  return value;
}

/** @param {Uint16Array} probabilities @param {number} base @param {number} count of bits, the highest first */
function tree(probabilities, base, count) {
  let node = 1;
  for (let n = 0; n < count; n++) node = node << 1 | bit(probabilities, base + node);
  return node - (1 << count);
}

/** The lowest bit first. @param {Uint16Array} probabilities @param {number} base @param {number} count */
function reverseTree(probabilities, base, count) {
  let node = 1, value = 0;
  for (let n = 0; n < count; n++) {
    const found = bit(probabilities, base + node);
    node = node << 1 | found;
    value |= found << n;
  }
  return value;
}

/** How much is repeated, less two. @param {Uint16Array} probabilities @param {number} position */
function length(probabilities, position) {
  if (!bit(probabilities, 0)) return tree(probabilities, 2 + (position << 3), 3);
  if (!bit(probabilities, 1)) return 8 + tree(probabilities, 2 + 128 + (position << 3), 3);
  return 16 + tree(probabilities, 2 + 256, 8);
}

export class Unlzma {
  /** @param {number} size of what comes out */
  constructor(size) {
    this.out = new Uint8Array(size);
    this.at = 0; // bytes that are out
    this.whole = false; // the end marker was read, at the right place
    /** @type {Uint8Array<ArrayBufferLike>} */
    this.left = new Uint8Array(0); // of what came in
    this.begun = false;
    // What is known between two parts: the kind of the last symbols, the last four distances.
    this.state = { kind: 0, rep0: 0, rep1: 0, rep2: 0, rep3: 0, range: 0xFFFFFFFF, code: 0 };
    this.literal = even(0x300 << LC);
    this.isMatch = even(12 << 4);
    this.isRep = even(12);
    this.isRepG0 = even(12);
    this.isRepG1 = even(12);
    this.isRepG2 = even(12);
    this.isRep0Long = even(12 << 4);
    this.slot = even(4 << 6);
    this.special = even(128);
    this.align = even(16);
    this.matchLength = even(2 + 256 + 256);
    this.repLength = even(2 + 256 + 256);
  }

  /**
   * The next bytes. As many as can be are decoded; with the last ones all must be there.
   * @param {Uint8Array} part
   */
  push(part, last = false) {
    let input = part;
    if (this.left.length) {
      input = new Uint8Array(this.left.length + part.length);
      input.set(this.left);
      input.set(part, this.left.length);
    }
    const stop = last ? input.length : input.length - NEED;
    this.left = input.slice(stop < 0 ? 0 : this.#decode(input, stop));
    if (last && !this.whole) throw new Error("the archive is cut off");
    return this.at;
  }

  /**
   * Symbols are read as long as they begin before stop. Returns how much was used.
   * @param {Uint8Array} input @param {number} stop
   */
  #decode(input, stop) {
    const { out, literal, isMatch, isRep, isRepG0, isRepG1, isRepG2, isRep0Long } = this;
    const { slot, special, align, matchLength, repLength } = this;
    const size = out.length;
    let { at } = this;
    let { kind, rep0, rep1, rep2, rep3 } = this.state;
    source = input;
    next = 0;
    register[RANGE] = this.state.range;
    register[CODE] = this.state.code;
    if (!this.begun) {
      if (input[next++] !== 0) throw new Error(BROKEN);
      for (; next < 5; next++) register[CODE] = register[CODE] << 8 | input[next];
      this.begun = true;
    }
    while (!this.whole && next <= stop) {
      const position = at & POSITIONS - 1;
      if (!bit(isMatch, (kind << 4) + position)) {
        if (at >= size) throw new Error(BROKEN);
        const base = 0x300 * (at ? out[at - 1] >> 8 - LC : 0);
        let node = 1;
        if (kind >= 7) { // after a repetition: the byte that would go on with it is known
          let likely = out[at - rep0 - 1];
          do {
            const side = likely >> 7 & 1;
            likely <<= 1;
            const found = bit(literal, base + (1 + side << 8) + node);
            node = node << 1 | found;
            if (side !== found) break;
          } while (node < 0x100);
        }
        while (node < 0x100) node = node << 1 | bit(literal, base + node);
        out[at++] = node;
        kind = kind < 4 ? 0 : kind < 10 ? kind - 3 : kind - 6;
        continue;
      }
      let count = 1;
      if (bit(isRep, kind)) {
        let short = false;
        if (!bit(isRepG0, kind)) short = !bit(isRep0Long, (kind << 4) + position);
        else {
          let distance = rep1;
          if (bit(isRepG1, kind)) {
            distance = rep2;
            if (bit(isRepG2, kind)) {
              distance = rep3;
              rep3 = rep2;
            }
            rep2 = rep1;
          }
          rep1 = rep0;
          rep0 = distance;
        }
        if (!short) count = 2 + length(repLength, position);
        kind = kind < 7 ? short ? 9 : 8 : 11;
      } else {
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        count = 2 + length(matchLength, position);
        kind = kind < 7 ? 7 : 10;
        const place = tree(slot, Math.min(count - 2, 3) << 6, 6);
        const bits = (place >> 1) - 1;
        if (place < 4) rep0 = place;
        else if (place < 14) {
          const base = (2 | place & 1) << bits;
          rep0 = base + reverseTree(special, base - place, bits);
        } else {
          const high = (2 | place & 1) << bits;
          rep0 = high + (plainBits(bits - 4) << 4) + reverseTree(align, 0, 4) | 0;
          if (rep0 === -1) { // the end marker
            if (at !== size || register[CODE] !== 0) throw new Error(BROKEN);
            this.whole = true;
            break;
          }
        }
      }
      if (rep0 < 0 || rep0 >= at || count > size - at) throw new Error(BROKEN);
      for (let from = at - rep0 - 1, end = at + count; at < end;) out[at++] = out[from++];
    }
    this.at = at;
    this.state = { kind, rep0, rep1, rep2, rep3, range: register[RANGE], code: register[CODE] };
    return next;
  }
}
