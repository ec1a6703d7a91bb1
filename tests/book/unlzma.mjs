// Decode what Python compressed: node unlzma.mjs CASES. CASES is JSON, a list of { content, size,
// parts }: base64, the size of what comes out, and in how many parts the content arrives. For each
// it prints the outcome: base64 of what came out, or the error.
import { Buffer } from "node:buffer";
import { readFile } from "node:fs/promises";
import process from "node:process";

import { Unlzma } from "../../web/live/unlzma.mjs";

/** @param {{ content: string, size: number, parts: number }} given */
function outcome({ content, size, parts }) {
  const bytes = new Uint8Array(Buffer.from(content, "base64"));
  const step = Math.max(1, Math.ceil(bytes.length / parts));
  const decoder = new Unlzma(size);
  try {
    for (let at = 0; at < bytes.length; at += step) decoder.push(bytes.subarray(at, at + step));
    decoder.push(new Uint8Array(0), true);
    return { out: Buffer.from(decoder.out).toString("base64") };
  } catch (problem) {
    return { error: problem.message };
  }
}

const cases = JSON.parse(await readFile(process.argv[2], "utf8"));
process.stdout.write(JSON.stringify(cases.map(outcome)));
