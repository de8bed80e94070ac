// Opens pages that demarche wrote in headless Chromium, and fails where a reader would stumble.
// Usage: node pages.mjs PAGE.html...; CHROMIUM names the browser, by default /usr/bin/chromium.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { axe, browser, check, finish } from "./harness.mjs";
import { cut, overflowing, views } from "./looks.mjs";

const pages = process.argv.slice(2);
const screenshots = process.env.SCREENSHOTS;

// What goes wrong when a picture is saved.
async function saving(page) {
  const problems = [];
  for (const [kind, beginning] of [["svg", "<svg"], ["png", "\u0089PNG"]]) {
    const waiting = page.waitForEvent("download");
    await page.locator(`[data-save=${kind}]`).first().click();
    const saved = fs.readFileSync(await (await waiting).path(), "latin1");
    if (!saved.startsWith(beginning)) problems.push(`${kind}: it begins with ${saved.slice(0, 20)}`);
  }
  return problems;
}

// Charts that are not drawn, or whose table is missing or empty.
function incomplete() {
  const problems = [];
  const figures = document.querySelectorAll("figure");
  if (figures.length === 0 && !document.querySelector("[data-no-charts]")) problems.push("no chart");
  for (const figure of figures) {
    const shown = [...figure.querySelectorAll("svg")].filter((it) => it.getBoundingClientRect().width > 100);
    if (shown.length !== 1) problems.push(`${figure.id}: ${shown.length} pictures are shown`);
    for (const svg of shown) {
      const marks = svg.querySelectorAll("[data-tells]");
      if (marks.length === 0) problems.push(`${figure.id}: nothing in it tells its numbers`);
      if (!svg.getAttribute("aria-label")) problems.push(`${figure.id}: the picture has no name`);
    }
    const rows = figure.querySelectorAll("tbody tr");
    if (rows.length === 0) problems.push(`${figure.id}: no table`);
    for (const cell of figure.querySelectorAll("td, tbody th")) {
      if (/NaN|undefined|\binf\b/.test(cell.textContent)) problems.push(`${figure.id}: ${cell.textContent}`);
    }
  }
  return problems;
}

// What goes wrong when rounds are stepped through, with buttons, the slider and keys.
async function stepping(page) {
  const problems = [];
  const n = await page.locator(".step").count();
  const visible = () => page.evaluate(() =>
    [...document.querySelectorAll(".step")].flatMap((it, idx) => (it.checkVisibility() ? [idx] : [])));
  const expect = async (what, wanted) => {
    const shown = await visible();
    if (shown.length !== 1 || shown[0] !== wanted) problems.push(`${what}: steps ${shown} are shown, not ${wanted}`);
    const told = await page.locator(".stepper [role=status]").textContent();
    if (!told.includes(`(${wanted + 1} of ${n})`)) problems.push(`${what}: “${told}” is told`);
  };
  if (n < 2) problems.push(`there are ${n} steps`);
  await expect("at first", 0);
  for (const [button, wanted] of [["next", 1], ["last", n - 1], ["next", n - 1], ["previous", n - 2], ["first", 0], ["previous", 0]]) {
    // By force, since a button at an end of the rounds says that it does nothing.
    await page.click(`.stepper [data-step=${button}]`, { force: true });
    await expect(`the button ${button}`, wanted);
  }
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("ArrowRight");
  await expect("the right arrow", 1);
  await page.keyboard.press("ArrowLeft");
  await expect("the left arrow", 0);
  await page.locator(".stepper input").focus();
  await page.keyboard.press("ArrowRight");
  await expect("the slider", 1);
  await page.keyboard.press("Home");
  await expect("the slider's beginning", 0);
  await page.locator("[data-step=next]").focus();
  await page.keyboard.press("Enter");
  await expect("a button by the keyboard", 1);
  await page.emulateMedia({ media: "print" });
  const printed = await visible();
  if (printed.length !== n) problems.push(`${printed.length} of ${n} steps are printed`);
  await page.emulateMedia({ media: null });
  return problems;
}

// Without scripts everything is there, and nothing that would do nothing.
async function withoutScripts(browser, address) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address);
  const problems = [];
  const steps = page.locator(".step");
  for (let idx = 0; idx < (await steps.count()); idx += 1) {
    if (!(await steps.nth(idx).isVisible())) problems.push(`step ${idx} is not shown`);
  }
  if (await page.locator(".stepper").isVisible()) problems.push("there are buttons");
  await context.close();
  return problems;
}

for (const file of pages) {
  const address = pathToFileURL(path.resolve(file)).href;
  if (fs.readFileSync(file, "utf8").includes('class="steps"')) {
    check(`${file} (no scripts): is not whole`, await withoutScripts(browser, address));
  }
  for (const view of views) {
    const where = `${file} (${view.name})`;
    const context = await browser.newContext({
      viewport: { width: view.width, height: view.height },
      colorScheme: view.colorScheme,
    });
    const page = await context.newPage();
    const told = [];
    const requests = [];
    page.on("console", (it) => ["error", "warning"].includes(it.type()) && told.push(it.text()));
    page.on("pageerror", (it) => told.push(String(it)));
    page.on("request", (it) => {
      const isOwn = it.url() === address || /^(data|blob):/.test(it.url());
      if (!isOwn) requests.push(it.url());
    });
    await page.goto(address);
    if (screenshots) {
      const name = `${path.basename(path.dirname(path.resolve(file)))}-${path.basename(file, ".html")}-${view.name}.png`;
      await page.screenshot({ path: path.join(screenshots, name), fullPage: true });
    }
    check(`${where}: sticks out to the right`, await page.evaluate(overflowing));
    check(`${where}: charts are not whole`, await page.evaluate(incomplete));
    check(`${where}: labels cannot be read`, await page.evaluate(cut));
    if (view.name === "desk" && (await page.locator("[data-save]").count()) > 0) {
      check(`${where}: pictures are not saved`, await saving(page));
    }
    const mark = page.locator("figure svg [data-tells]:visible").first();
    if ((await mark.count()) > 0) {
      const wanted = await mark.getAttribute("data-tells");
      await mark.scrollIntoViewIfNeeded();
      // Scrolling takes hover texts away, also a little later.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const box = await mark.boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      const hover = page.locator("#hover");
      const is = (await hover.isVisible()) ? await hover.textContent() : "nothing";
      check(`${where}: hovering tells no numbers`, is && is !== "nothing" && /\d/.test(is) ? [] : [`${is} instead of ${wanted}`]);
    }
    if ((await page.locator(".steps").count()) > 0) check(`${where}: cannot be stepped through`, await stepping(page));
    // Everything that can be opened is, so that it is looked at too.
    await page.evaluate(() => document.querySelectorAll("details").forEach((it) => { it.open = true; }));
    await page.evaluate(() => document.querySelectorAll(".step").forEach((it) => { it.hidden = false; }));
    check(`${where}: opened, it sticks out to the right`, await page.evaluate(overflowing));
    await page.addScriptTag({ content: axe });
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    const serious = violations.filter((it) => ["serious", "critical"].includes(it.impact));
    check(`${where}: is hard to use without eyes or a mouse`, serious.map((it) => `${it.id}: ${it.help}: ${it.nodes[0].html.slice(0, 160)}`));
    check(`${where}: complains on the console`, told);
    check(`${where}: fetches something`, requests);
    await context.close();
  }
}
await finish();
