// Firefox, by WebDriver BiDi: each line that comes is a verb of other_browsers.py, and is answered
// by a line. When no more come, the browser is closed.
import { createRequire } from "node:module";
import process from "node:process";
import { createInterface } from "node:readline";

const packages = new URL("../../web/maintain/javascript/package.json", import.meta.url);
const { default: puppeteer } = createRequire(packages)("puppeteer-core");
const browser = await puppeteer.launch({ browser: "firefox", executablePath: process.argv[2] });
const [page] = await browser.pages();
page.setDefaultTimeout(120_000); // a hang limit

const verbs = {
  size: ({ width, height }) => page.setViewport({ width, height }),
  go: async ({ address }) => { await page.goto(address); },
  evaluate: ({ code }) => page.evaluate(code),
  click: async ({ code }) => (await page.evaluateHandle(code)).click(),
  press: async ({ code, key }) => (await page.evaluateHandle(code)).press(key),
  write: async ({ code, text }) => (await page.evaluateHandle(code)).type(text),
  picture: async ({ path }) => { await page.screenshot({ path }); },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { verb, ...said } = JSON.parse(line);
  let answer;
  try {
    answer = { value: await verbs[verb](said) };
  } catch (error) {
    answer = { fault: `${error}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
