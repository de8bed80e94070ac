// Opens the pages of a site that docs/site/build.sh made in headless Chromium, and fails where a reader
// would stumble, where a link leads nowhere, and where the gallery leaves a scenario out or says
// something else than the page of its run.
// Usage: node site.mjs FOLDER, from the top of the project; CHROMIUM names the browser, by default
// /usr/bin/chromium, and SCREENSHOTS a folder for pictures of the pages.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { axe, browser, check, finish } from "./harness.mjs";
import { cut, overflowing, views } from "./looks.mjs";

const site = path.resolve(process.argv[2]);
const root = pathToFileURL(site).href;
const screenshots = process.env.SCREENSHOTS;

// Opens a page of the site, with all that it complains about and fetches from elsewhere.
async function open(name, { width = 1280, height = 900, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (it) => ["error", "warning"].includes(it.type()) && problems.push(it.text()));
  page.on("pageerror", (it) => problems.push(String(it)));
  page.on("requestfailed", (it) => problems.push(`does not get ${it.url()}`));
  page.on("request", (it) => {
    if (!it.url().startsWith(`${root}/`) && !/^(data|blob):/.test(it.url())) problems.push(`fetches ${it.url()}`);
  });
  await page.goto(`${root}/${name}`);
  return { page, context, problems };
}

// Links of a page to files or places of the site that are not there.
async function broken(page) {
  const targets = await page.evaluate(() => [...document.querySelectorAll("a[href]")].map((it) => it.href));
  return targets.filter((it) => it.startsWith("file:")).flatMap((target) => {
    const [file, part] = target.split("#");
    const name = fileURLToPath(file);
    if (!file.startsWith(`${root}/`) || !fs.existsSync(name)) return [`${target} is not there`];
    const isThere = !part || fs.readFileSync(name, "utf8").includes(` id="${decodeURIComponent(part)}"`);
    return isThere ? [] : [`${target}: there is no such place`];
  });
}

// What the Tab key misses, reaches in another order, or reaches without a mark.
async function keyboard(page) {
  const reachable = "a[href], button, summary, [tabindex='0']";
  const wanted = await page.locator(reachable).count();
  const problems = [];
  for (let idx = 0; idx < wanted; idx += 1) {
    await page.keyboard.press("Tab");
    const { at, text, outline } = await page.evaluate((all) => {
      const it = document.activeElement;
      const at = [...document.querySelectorAll(all)].indexOf(it);
      return { at, text: it.textContent.slice(0, 40), outline: getComputedStyle(it).outlineStyle };
    }, reachable);
    if (at !== idx) problems.push(`after ${idx + 1} times Tab “${text}” is reached, which is number ${at + 1}`);
    if (outline === "none") problems.push(`“${text}” does not show that it is reached`);
  }
  return problems;
}

const front = ["index.html", "gallery.html", "docs.html"];
const docs = fs.readdirSync(path.join(site, "docs")).filter((it) => it.endsWith(".html")).map((it) => `docs/${it}`);
for (const name of [...front, ...docs]) {
  // The pages of the documentation are of one make, and long: they are looked at where there is least room.
  const looked = front.includes(name) ? views : views.filter((it) => it.name === "phone-dark");
  for (const view of looked) {
    const where = `${name} (${view.name})`;
    const { page, context, problems } = await open(name, view);
    if (screenshots) {
      const picture = `site-${path.basename(name, ".html")}-${view.name}.png`;
      await page.screenshot({ path: path.join(screenshots, picture), fullPage: true });
    }
    check(`${where}: sticks out to the right`, await page.evaluate(overflowing));
    check(`${where}: labels cannot be read`, await page.evaluate(cut));
    if (view === looked[0]) check(`${where}: links lead nowhere`, await broken(page));
    if (view.name === "desk") check(`${where}: cannot be used by the keyboard`, await keyboard(page));
    await page.addScriptTag({ content: axe });
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"], preload: false }));
    const serious = violations.filter((it) => ["serious", "critical"].includes(it.impact));
    check(`${where}: is hard to use without eyes or a mouse`, serious.map((it) => `${it.id}: ${it.help}: ${it.nodes[0].html.slice(0, 160)}`));
    check(`${where}: complains or fetches something`, problems);
    await context.close();
  }
}

// The front page shows commands of the README.
{
  const { page, context } = await open("index.html");
  const commands = (await page.locator("pre").allTextContents()).flatMap((it) => it.trim().split("\n"));
  const known = fs.readFileSync("README.md", "utf8").split("\n").map((it) => it.replace(/ +#.*/, ""));
  check(`index.html: has other commands than the README`, commands.filter((it) => !known.includes(it)));
  check(`index.html: has no commands`, commands.length > 1 ? [] : ["none"]);
  await context.close();
}

// Every scenario is there, with the figures of its run, and with pages that work.
const { page: gallery } = await open("gallery.html");
const scenarios = fs.readdirSync("configs/scenarios").map((it) => path.basename(it, ".toml"));
const shown = await gallery.locator("article.scenario").evaluateAll((all) => all.map((it) => it.id));
check(`gallery.html: has other scenarios than configs/scenarios`, scenarios.filter((it) => !shown.includes(it)));
for (const name of shown) {
  const card = gallery.locator(`article[id="${name}"]`);
  const digits = (text) => text.match(/\d[\d,.]*/g).slice(0, 5).map((it) => it.replace(/[.,]$/, "")).join(" ");
  const said = await card.locator(".deals-share").textContent();
  const batch = await open(`${name}/batch.html`);
  const answer = await batch.page.locator(".answer").textContent();
  check(`${name}: has other figures than its page`, digits(said) === digits(answer) ? [] : [`${said.trim()} / ${answer}`]);
  check(`${name}: has no picture`, (await card.locator("figure svg rect").count()) > 1 ? [] : ["no marks"]);
  check(`${name}/batch.html: complains or fetches something`, batch.problems);
  await batch.context.close();

  const explore = await open(`${name}/explore.html`);
  await explore.page.waitForFunction(() => ["complete", "error"].includes(document.documentElement.dataset.state), null, { timeout: 120000 });
  const state = await explore.page.evaluate(() => document.documentElement.dataset.state);
  check(`${name}/explore.html: does not run`, state === "complete" ? [] : [state]);
  check(`${name}/explore.html: complains or fetches something`, explore.problems);
  await explore.context.close();
}
await finish();
