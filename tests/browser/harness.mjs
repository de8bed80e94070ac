// What tests in a browser share: the browser, what machines find of barriers, and what passed and failed.
import fs from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});

let passed = 0;
let failed = 0;

// Counts what was looked at, and tells its problems if there are any.
export function check(what, problems) {
  if (problems.length === 0) {
    passed += 1;
    return;
  }
  failed += 1;
  console.error(what);
  for (const it of problems.slice(0, 10)) console.error(`  ${it}`);
}

// Ends the program, with a failure if a check failed or there was none.
export async function finish() {
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}
