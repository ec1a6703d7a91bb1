// The batches of emb-letters, loaded when somebody asks for them: 256 pairs a step, drawn as in
// chapter 3, from the words and from torch's random numbers.
import { ABC } from "./letters_data.mjs";
import { WORDS } from "./letters_words.mjs";

const N = ABC.length, BATCH = 256;
let before = "";
const words = Array.from(WORDS.matchAll(/(\d+)([a-z]*)/g), ([, shared, rest]) =>
  (before = before.slice(0, Number(shared)) + rest));
const text = `.${words.join(".")}.`;

/** torch's random words for the CPU: MT19937. @param {number} seed */
export function generator(seed) {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let i = 1; i < 624; i++) {
    state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  }
  let at = 624;
  return () => {
    if (at === 624) {
      for (let i = 0; i < 624; i++) {
        const y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
        state[i] = state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      at = 0;
    }
    let y = state[at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

const next = generator(2); // embedlib.Generator(2)
/** @type {number[]} */
const drawn = [];

/** What a step looks at. @param {number} step @returns {import("./letters_states.mjs").Seen} */
export function batch(step) {
  while (drawn.length < (step + 1) * BATCH) drawn.push(next() % (text.length - 1));
  const asked = new Float64Array(N * N), places = new Float64Array(N), last = new Array(N);
  for (const place of drawn.slice(step * BATCH, (step + 1) * BATCH)) {
    const [id, following] = [ABC.indexOf(text[place]), ABC.indexOf(text[place + 1])];
    asked[id * N + following]++;
    places[id]++;
    last[id] = following;
  }
  return { asked, places, last, all: BATCH };
}
