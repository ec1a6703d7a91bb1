// What a figure shows in each of the states that come in, a line each: node show.mjs scatter
import process from "node:process";
import { createInterface } from "node:readline";

const figure = process.argv[2];
const { view } = await import(`../../web/explore/${figure}_states.mjs`);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(view(JSON.parse(line)))}\n`);
}
