// Numbers as the figures show them. No page is needed here: tests run this in Node.

/**
 * With a real minus, and without a sign before zero. What lies on the border of two roundings in
 * decimal (0.125) is rounded away from zero, also where the binary number lies a hair below.
 * @param {number} x
 * @param {number} digits
 */
export function show(x, digits) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "−inf";
  const text = (Math.abs(x) + 1e-9).toFixed(digits);
  return x < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/**
 * As short as it is: 0.5, 2, −1.25.
 * @param {number} x
 */
export const short = (x) => show(x, 4).replace(/\.?0+$/, "");

/**
 * An array of zeros, rows × columns.
 * @param {number} rows
 * @param {number} columns
 */
export const zeros = (rows, columns) =>
  Array.from({ length: rows }, () => new Array(columns).fill(0));
