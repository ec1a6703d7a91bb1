// What a reader types for ids: "3, 1, 3", 313, or ３、１、３. No page is needed here.

/** Of the table in emb-scatter and emb-norm, whose rows are 0 to 3. */
export const MOST = 4;

/**
 * The ids of a text, no more than MOST of them, and the text as far as it is used.
 * @param {string} typed
 * @returns {{ text: string, ids: number[], strange: string | undefined }} strange: a sign of no id
 */
export function read(typed) {
  const text = typed.normalize("NFKC"); // full width becomes narrow
  const found = [...text.matchAll(/[-−]?\d|[^\s,;、]/g)];
  const more = found[MOST];
  const signs = found.slice(0, MOST).map(([sign]) => sign.replace("−", "-"));
  return {
    text: more ? text.slice(0, more.index).replace(/[\s,;、]+$/, "") : typed,
    ids: signs.map(Number),
    strange: signs.find((sign) => Number.isNaN(Number(sign))),
  };
}

/**
 * Why a sign is no id: a word's key, and what is to be filled in.
 * @param {string} sign
 * @returns {[string, Record<string, string>]}
 */
export const why = (sign) => [/\p{L}/u.test(sign) ? "letter" : "no_id", { id: sign }];
