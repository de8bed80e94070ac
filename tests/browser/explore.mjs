// Explores scenarios in headless Chromium, and fails where tables are not those of the command line or a
// reader would stumble. Prints how long sessions and answers take.
// Usage: node explore.mjs DEMARCHE FOLDER, where the folder has the pages; SETTINGS, CHROMIUM and MODULE
// as in explore.sh.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { axe, browser, check, finish } from "./harness.mjs";

const [demarche, folder] = process.argv.slice(2);
const nSettings = Number(process.env.SETTINGS ?? 20);
const screenshots = process.env.SCREENSHOTS;
// Machines of tests are slow and have other work: the goal is 100.
const ANSWER_MILLISECONDS_MAX = 1000;

// The same choices in every run.
let state = 20250815;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const below = (n) => Math.floor(random() * n);

if (process.env.MODULE) {
  const module = fs.readFileSync(process.env.MODULE).toString("base64");
  for (const name of fs.readdirSync(folder).filter((it) => it.endsWith(".html"))) {
    const file = path.join(folder, name);
    const text = fs.readFileSync(file, "utf8");
    const [head, rest] = text.split('<script type="text/plain" id="module">');
    fs.writeFileSync(file, `${head}<script type="text/plain" id="module">${module}${rest.slice(rest.indexOf("</script>"))}`);
  }
}

// Opens a page, with all that it complains about and fetches.
async function open(name, view = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...view });
  const page = await context.newPage();
  const address = pathToFileURL(path.resolve(folder, name)).href;
  const problems = [];
  page.on("console", (it) => ["error", "warning"].includes(it.type()) && problems.push(it.text()));
  page.on("pageerror", (it) => problems.push(String(it)));
  page.on("request", (it) => {
    if (it.url() !== address && !/^(data|blob):/.test(it.url())) problems.push(`fetches ${it.url()}`);
  });
  await page.goto(address);
  await settled(page);
  return { page, context, problems };
}
const stateOf = (page) => page.evaluate(() => document.documentElement.dataset.state);
async function settled(page) {
  await page.waitForFunction(() => ["complete", "error"].includes(document.documentElement.dataset.state), null, { timeout: 120000 });
  return stateOf(page);
}
// Changes the state in the address, as a link that somebody was sent would.
async function go(page, moves) {
  await page.evaluate((hash) => {
    document.documentElement.dataset.state = "asked";
    location.hash = hash;
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  }, new URLSearchParams(moves).toString());
  return settled(page);
}
async function downloaded(page, selector) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  return fs.readFileSync(await download.path());
}

// What can be moved, by the rows of the page.
function movable() {
  return [...document.querySelectorAll("#inputs .input")].map((row) => {
    const input = row.querySelector("input, select");
    const { min, max, step, value, type } = input;
    const options = [...(input.options ?? [])].map((it) => it.value);
    return { name: row.dataset.name, type, min: Number(min), max: Number(max), step: Number(step), value, options };
  });
}
function randomMove({ name, type, min, max, step, value, options }) {
  if (type === "select-one") return [name, options[below(options.length)]];
  if (type === "number") return [name, String(1 + below(40))];
  // Near the middle as often as anywhere.
  const span = random() < 0.5 ? 0.2 * (max - min) : max - min;
  const at = Number(value) + (random() - 0.5) * span;
  const steps = Math.round((Math.min(max, Math.max(min, at)) - min) / step);
  return [name, String(Number((min + steps * step).toFixed(6)))];
}

// Runs what the page says that the command line would run: its exit code, and the tables.
function byCommandLine(command, name, tables = ["sessions", "summary"]) {
  const out = path.join(folder, name);
  const run = command.replace(/^demarche/, `'${demarche}'`) + ` --quiet --no-report --out '${out}'`;
  try {
    execFileSync("sh", ["-c", run], { stdio: "pipe" });
  } catch (error) {
    return { code: error.status, text: String(error.stderr) };
  }
  const bytes = Object.fromEntries(tables.map((it) => [it, fs.readFileSync(path.join(out, `${it}.csv`))]));
  fs.rmSync(out, { recursive: true });
  return { code: 0, ...bytes };
}

let nEqual = 0;
let nRefused = 0;
for (const [scenario, n] of [["alaska-2025", Math.ceil(nSettings * 0.6)], ["two-villages", Math.floor(nSettings * 0.4)]]) {
  const { page, context, problems } = await open(`${scenario}.html`);
  const inputs = await page.evaluate(movable);
  for (let idx = 0; idx < n; idx += 1) {
    const moves = Array.from({ length: 1 + below(6) }, () => randomMove(inputs[below(inputs.length)]));
    const outcome = await go(page, moves.filter(([, value]) => value !== ""));
    const what = `${scenario}: ${new URLSearchParams(moves)}`;
    await page.click("#copy-set");
    const command = await page.inputValue("#copied");
    const expected = byCommandLine(command, `run-${idx}`);
    if (outcome === "error") {
      nRefused += 1;
      check(what, expected.code === 2 ? [] : [`refused, and the command line ends with ${expected.code}: ${await page.textContent("#error")}`]);
      continue;
    }
    if (expected.code !== 0) {
      check(what, [`the command line ends with ${expected.code}: ${expected.text}`]);
      continue;
    }
    for (const table of ["sessions", "summary"]) {
      const bytes = await downloaded(page, `[data-table=${table}]`);
      check(`${what}: ${table}.csv`, bytes.equals(expected[table]) ? [] : ["differs from the command line's", command]);
    }
    nEqual += 1;
    if (scenario === "two-villages") {
      // Its page has plans, weighed under the same settings.
      const weigh = command.replace(/^demarche batch ('[^']*') --sessions \d+/, "demarche weigh $1 configs/plans/two-villages/* --draws 1000");
      const { plans } = byCommandLine(weigh, `plans-${idx}`, ["plans"]);
      const bytes = await downloaded(page, "[data-table=plans]");
      check(`${what}: plans.csv`, plans && bytes.equals(plans) ? [] : ["differs from the command line's", weigh]);
    }
    if (idx === 0) {
      // The experiment, put beside the scenario, is the same run.
      const beside = path.resolve("configs/scenarios", `explored-${process.pid}.toml`);
      fs.writeFileSync(beside, await downloaded(page, "#download"));
      const again = byCommandLine(`demarche batch '${beside}'`, "experiment");
      fs.rmSync(beside);
      check(`${what}: the experiment`, again.code === 0 && again.sessions.equals(expected.sessions) ? [] : [again.text ?? "its sessions.csv differs"]);
    }
  }
  check(`${scenario}: complains or fetches`, problems);
  await context.close();
}
console.log(`${nEqual} settings with the tables of the command line, ${nRefused} refused by both`);
if (nEqual < nSettings / 2) check("random settings", ["most of them are refused"]);

// A thousand sessions, and answers to changes while others are computed.
{
  const began = performance.now();
  const { page, context } = await open("thousand.html");
  const shown = await page.evaluate(() => document.documentElement.dataset.firstPage);
  console.log(`the first figures of the flagship after ${shown} ms, 1,000 sessions with the page after ${Math.round(performance.now() - began)} ms`);
  const slider = page.locator("#inputs input[type=range]").first();
  await page.evaluate(() => document.querySelectorAll("#inputs details").forEach((it) => { it.open = true; }));
  const waits = [];
  for (let idx = 0; idx < 20; idx += 1) {
    await page.evaluate(() => { delete document.documentElement.dataset.firstAnswer; });
    await slider.focus();
    await page.keyboard.press(idx % 2 === 0 ? "ArrowRight" : "ArrowLeft");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => document.documentElement.dataset.firstAnswer, null, { timeout: 20000 });
    waits.push(Number(await page.evaluate(() => document.documentElement.dataset.firstAnswer)));
    // Not always at the same place of what is computed.
    await page.waitForTimeout(40 * (idx % 7));
  }
  waits.sort((one, other) => one - other);
  console.log(`a change is answered after ${waits[10]} ms in the middle, ${waits[19]} ms at most, of 20`);
  check("answers to changes", waits[10] <= ANSWER_MILLISECONDS_MAX ? [] : [`${waits}`]);
  const time = performance.now();
  await go(page, [["rounds", "21"]]);
  console.log(`1,000 sessions of the moved flagship with the page and the comparison: ${Math.round(performance.now() - time)} ms`);
  await context.close();
}

// What sticks out to the right, and labels that are cut; charts are those of runs' pages, which pages.mjs opens.
function cut() {
  const problems = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) problems.push(`the page is ${document.documentElement.scrollWidth} wide in ${width}`);
  for (const it of document.querySelectorAll("label, legend, button, select, output, .origin, summary, #moves li, h1, h2, h3, p, option:checked")) {
    if (!it.checkVisibility() || it.closest(".hidden, .skip, svg")) continue;
    if (it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).display !== "inline") problems.push(`<${it.tagName}> is cut: ${it.textContent.slice(0, 60)}`);
  }
  return problems;
}

const views = [];
for (const [width, height] of [[1280, 900], [768, 1024], [390, 844]]) {
  for (const colorScheme of ["light", "dark"]) views.push({ viewport: { width, height }, colorScheme });
}
for (const view of views) {
  const where = `two-villages at ${view.viewport.width} pixels, ${view.colorScheme}`;
  const { page, context, problems } = await open("two-villages.html", view);
  check(where, problems);
  await page.evaluate(() => document.querySelectorAll("#inputs details").forEach((it) => { it.open = true; }));
  // By keyboard alone: a slider, a menu, a session, one number at a time.
  await page.locator("#inputs input[type=range]").first().focus();
  for (let idx = 0; idx < 9; idx += 1) await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.documentElement.dataset.state === "running");
  await settled(page);
  check(`${where}: the slider`, (await page.locator("#moves li").count()) === 1 ? [] : ["nothing was moved"]);
  check(`${where}: the comparison`, (await page.locator("#against h2").count()) > 1 ? [] : ["there is none"]);
  await page.locator("#session-form button").focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("#session .stepper:not([hidden])");
  await page.locator("#session [data-step=next]").focus();
  await page.keyboard.press("Enter");
  check(`${where}: the steps`, (await page.locator("#session .step:visible").count()) === 1 ? [] : ["they cannot be stepped through"]);
  await page.locator("#tornado-form [type=submit]").focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("#tornado h2", { timeout: 120000 });
  check(`${where}: plans`, (await page.locator("#weighed svg").count()) > 0 ? [] : ["there is no picture of them"]);
  check(`${where}: charts`, (await page.locator("#results svg [data-tells]").count()) > 0 ? [] : ["nothing tells its numbers"]);
  if (screenshots) await page.screenshot({ path: path.join(screenshots, `explore-${view.viewport.width}-${view.colorScheme}.png`), fullPage: true });
  check(`${where}: labels`, await page.evaluate(cut));
  await page.addScriptTag({ content: axe });
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  check(`${where}: without eyes or a mouse`, violations.map((it) => `${it.id}: ${it.help}: ${it.nodes.length}, ${it.nodes[0].html.slice(0, 160)}`));
  await page.evaluate(() => document.querySelectorAll("main details").forEach((it) => { it.open = true; }));
  check(`${where}: labels, all opened`, await page.evaluate(cut));
  await page.locator("#reset").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("#moves li").length === 0);
  await settled(page);
  await context.close();
}
await finish();
