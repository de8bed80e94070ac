// The page on which a scenario's numbers are moved: inputs, the state in the address, and results as the
// core draws them.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const given = JSON.parse(byId("given").textContent);
  const CHANGE_DELAY_MILLISECONDS = 60;
  const TORNADO_SESSIONS = 200;
  // What of a distribution moves with it; its spread and its probabilities stay.
  const PLACES = ["min", "mode", "max", "mean", "values"];

  let inputs = null;
  // By name, what was moved: numbers, red lines and menus by their paths, and sessions.
  const moves = new Map();
  let generation = 0;
  let sentAt = 0;
  let worker = null;
  const waiting = new Map();
  let nextId = 0;

  // ------------------------------------------------------------------ texts

  // As settings have it: never with an exponent.
  function number(value) {
    return Number(Number(value).toFixed(6)).toString();
  }
  // As people read it.
  function shown(value) {
    return Number(Number(value).toFixed(Math.abs(value) < 10 ? 3 : 1)).toString();
  }
  function count(value) {
    return value.toLocaleString("en-US");
  }
  function make(tag, properties = {}, ...children) {
    const it = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name === "text") it.textContent = value;
      else if (name in it && name !== "list") it[name] = value;
      else it.setAttribute(name, value);
    }
    it.append(...children);
    return it;
  }

  // ------------------------------------------------------------------ settings

  function clamp(value, [low, high]) {
    return Math.min(high, Math.max(low, value));
  }
  // A number's value when its median is moved to a place: its whole distribution moves along.
  function moved(it, median) {
    const by = median - it.median;
    if (typeof it.written !== "object" || it.written === null) return number(clamp(median, it.bounds));
    const [kind] = Object.keys(it.written).filter((key) => inputs.distributions.includes(key));
    if (kind === undefined || typeof it.written[kind] !== "object") return number(clamp(median, it.bounds));
    const shifted = (value) => clamp(value + by, it.bounds);
    const parts = Object.entries(it.written[kind]).map(([name, value]) => {
      const isMoved = PLACES.includes(name);
      if (Array.isArray(value)) return `${name} = [${value.map((one) => number(isMoved ? shifted(one) : one)).join(", ")}]`;
      return `${name} = ${number(isMoved ? shifted(value) : value)}`;
    });
    const { min, max } = it.written[kind];
    // Pressed against a bound, nothing of the range may be left.
    if (min !== undefined && Number(number(shifted(min))) >= Number(number(shifted(max)))) return number(shifted(min));
    return `{ ${kind} = { ${parts.join(", ")} } }`;
  }

  // The settings PATH=VALUE of all that was moved, in the order of the inputs.
  function settings() {
    const result = [];
    const protocol = inputs.protocols.choices[Number(moves.get("protocol") ?? 0)];
    const rounds = moves.get("rounds") ?? inputs.rounds.value;
    if (moves.has("protocol") || moves.has("rounds")) {
      result.push(...protocol.settings.map((it) => it.replace("{rounds}", rounds)));
    }
    for (const it of inputs.strategies) {
      if (moves.has(it.key)) result.push(...it.choices[Number(moves.get(it.key))].settings);
    }
    for (const it of inputs.red_lines) {
      if (moves.has(it.path)) result.push(`${it.path}=${moves.get(it.path)}`);
    }
    for (const it of inputs.numbers) {
      if (moves.has(it.path)) result.push(`${it.path}=${moved(it, Number(moves.get(it.path)))}`);
    }
    return result;
  }
  function sessions() {
    return Number(moves.get("sessions") ?? given.sessions);
  }

  // ------------------------------------------------------------------ the state in the address

  function writeAddress() {
    const text = new URLSearchParams([...moves]).toString();
    history.replaceState(null, "", text ? `#${text}` : "#");
  }
  function readAddress() {
    moves.clear();
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      if (controls.has(name) && controls.get(name).accepts(value)) moves.set(name, value);
    }
    for (const it of controls.values()) it.show();
  }

  // ------------------------------------------------------------------ inputs

  // By name: { accepts, show, label, describe }.
  const controls = new Map();

  function move(name, value, isStated) {
    if (isStated) moves.delete(name);
    else moves.set(name, String(value));
    controls.get(name).show();
    writeAddress();
    changed();
  }
  function badge(it) {
    // A scenario that says nothing about the world needs no sources.
    if (inputs.is_synthetic) return "";
    const what = it.basis ?? "no basis";
    const from = it.sources.length > 0 ? `${what}: ${it.sources.join(", ")}` : what;
    return make("span", { className: `origin origin-${it.basis ?? "none"}`, text: what, title: it.note ? `${from}. ${it.note}` : from });
  }

  let nextControl = 0;
  function slider(it) {
    const id = `input-${(nextControl += 1)}`;
    const input = make("input", { type: "range", id, min: it.ends[0], max: it.ends[1], step: it.step, value: it.median });
    const value = make("output", { htmlFor: id });
    const back = make("button", { type: "button", className: "back", text: "Reset", "aria-label": `Reset: ${it.label}` });
    const row = make("div", { className: "input" },
      make("div", { className: "input-head" }, make("label", { htmlFor: id, text: it.label }), badge(it)),
      make("div", { className: "input-body" }, input, back), value);
    row.dataset.words = `${it.label} ${it.group}`.toLowerCase();
    row.dataset.name = it.path;
    const [low, high] = it.drawn.map(shown);
    const stated = low === high ? shown(it.median) : `${shown(it.median)}, drawn from ${low} to ${high}`;
    const show = () => {
      const isMoved = moves.has(it.path);
      const at = isMoved ? Number(moves.get(it.path)) : it.median;
      input.value = at;
      value.textContent = isMoved ? `${shown(at)} instead of ${stated}` : stated;
      input.setAttribute("aria-valuetext", value.textContent);
      row.classList.toggle("moved", isMoved);
      back.disabled = !isMoved;
    };
    input.addEventListener("input", () => move(it.path, input.value, false));
    back.addEventListener("click", () => { move(it.path, null, true); input.focus(); });
    controls.set(it.path, {
      show,
      label: it.label,
      party: it.party,
      accepts: (text) => text !== "" && Number(text) >= it.ends[0] && Number(text) <= it.ends[1],
      describe: () => `${shown(moves.get(it.path))} instead of ${shown(it.median)}`,
    });
    show();
    return row;
  }
  function menu(key, label, choices, it, party) {
    const id = `input-${(nextControl += 1)}`;
    const select = make("select", { id }, ...choices.map(([value, text]) => make("option", { value, text })));
    const row = make("div", { className: "input" },
      make("div", { className: "input-head" }, make("label", { htmlFor: id, text: label }), badge(it)), select);
    row.dataset.words = label.toLowerCase();
    row.dataset.name = key;
    const [[stated]] = choices;
    const show = () => {
      select.value = moves.get(key) ?? stated;
      row.classList.toggle("moved", moves.has(key));
    };
    select.addEventListener("change", () => move(key, select.value, select.value === stated));
    controls.set(key, {
      show,
      label,
      party,
      accepts: (text) => choices.some(([value]) => value === text) && text !== stated,
      describe: () => choices.find(([value]) => value === moves.get(key))[1],
    });
    show();
    return row;
  }
  function redLine(it) {
    const [low, high] = it.drawn.map((one) => `${Math.round(100 * one)}`);
    const stated = low === high ? `As stated: real in ${low} % of sessions` : `As stated: real with ${low} to ${high} %`;
    const row = menu(it.path, it.label, [["", stated], ["1", "On: real in every session"], ["0", "Off: no red line"]], it, it.party);
    row.classList.add("switch");
    return row;
  }
  function roundsInput() {
    const id = `input-${(nextControl += 1)}`;
    const input = make("input", { type: "number", id, min: 1, max: inputs.rounds.most, step: 1, inputMode: "numeric" });
    const row = make("div", { className: "input" },
      make("div", { className: "input-head" }, make("label", { htmlFor: id, text: "Rounds" }), badge(inputs.rounds)), input);
    row.dataset.words = "rounds deadline";
    row.dataset.name = "rounds";
    const show = () => {
      if (document.activeElement !== input) input.value = moves.get("rounds") ?? inputs.rounds.value;
      row.classList.toggle("moved", moves.has("rounds"));
    };
    const accepts = (text) => /^[0-9]+$/.test(text) && Number(text) >= 1 && Number(text) <= inputs.rounds.most;
    input.addEventListener("input", () => {
      if (accepts(input.value)) move("rounds", Number(input.value), Number(input.value) === inputs.rounds.value);
    });
    input.addEventListener("blur", show);
    controls.set("rounds", { show, accepts, label: "Rounds", party: null, describe: () => `${moves.get("rounds")} instead of ${inputs.rounds.value}` });
    show();
    return row;
  }
  function folded(heading, rows, isOpen) {
    return make("details", { open: isOpen }, make("summary", { text: heading }), ...rows);
  }

  function build() {
    for (const it of inputs.strategies) it.key = `strategy.${inputs.parties[it.party].id}`;
    const place = byId("inputs");
    place.append(folded("Rules of the talks", [
      roundsInput(),
      menu("protocol", "Protocol", inputs.protocols.choices.map((it, idx) => [String(idx), it.label]), inputs.protocols, null),
    ], true));
    const parties = inputs.parties.map((it, idx) => [it.label, idx]);
    for (const [label, party] of [...parties, ["Leverage", null]]) {
      const rows = [];
      for (const it of inputs.strategies.filter((one) => one.party === party)) {
        rows.push(menu(it.key, "Strategy", it.choices.map((one, idx) => [String(idx), one.label]), it, party));
      }
      const lines = inputs.red_lines.filter((it) => it.party === party);
      if (lines.length > 0) rows.push(folded("Red lines", lines.map(redLine), false));
      const groups = new Map();
      for (const it of inputs.numbers.filter((one) => one.party === party)) {
        if (!groups.has(it.group)) groups.set(it.group, []);
        groups.get(it.group).push(slider(it));
      }
      const order = [...groups].sort(([one], [other]) => (one === "No deal and time" ? -1 : 0) - (other === "No deal and time" ? -1 : 0));
      for (const [group, sliders] of order) {
        if (party === null || group === "No deal and time") rows.push(...sliders);
        else rows.push(folded(group, sliders, false));
      }
      if (rows.length > 0) place.append(folded(label, rows, false));
    }
    const select = byId("sessions");
    controls.set("sessions", {
      show: () => { select.value = moves.get("sessions") ?? String(given.sessions); },
      accepts: (text) => [...select.options].some((it) => it.value === text),
      label: "Sessions",
      party: null,
      describe: () => count(sessions()),
    });
    select.addEventListener("change", () => move("sessions", select.value, Number(select.value) === given.sessions));
    const withNumbers = parties.filter(([, idx]) => inputs.numbers.some((it) => it.party === idx));
    byId("tornado-party").append(...withNumbers.map(([label, idx]) => make("option", { value: String(idx), text: label })));
    byId("controls").hidden = false;
  }

  byId("filter").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of document.querySelectorAll("#inputs .input")) {
      row.hidden = !words.every((it) => row.dataset.words.includes(it));
    }
    for (const group of [...document.querySelectorAll("#inputs details")].reverse()) {
      const isEmpty = ![...group.querySelectorAll(".input")].some((it) => !it.hidden);
      group.hidden = isEmpty;
      if (words.length > 0) group.open = !isEmpty;
    }
  });

  function showMoves() {
    const place = byId("moves");
    const focused = document.activeElement?.dataset?.move;
    const items = [...moves.keys()].filter((it) => it !== "sessions").map((name) => {
      const it = controls.get(name);
      const whose = it.party === null || it.party === undefined ? "" : `${inputs.parties[it.party].label}: `;
      const back = make("button", { type: "button", className: "back", text: "Reset", "aria-label": `Reset ${whose}${it.label}` });
      back.dataset.move = name;
      back.addEventListener("click", () => move(name, null, true));
      return make("li", {}, `${whose}${it.label}: ${it.describe()} `, back);
    });
    place.replaceChildren(...items);
    byId("moved").hidden = items.length === 0;
    byId("unmoved").hidden = items.length > 0;
    if (focused) (place.querySelector(`[data-move="${CSS.escape(focused)}"]`) ?? byId("reset")).focus();
  }

  // ------------------------------------------------------------------ results

  // Puts a part of a page that the core made in place, with the page's own scripts at work in it.
  function place(target, parts, scripts, [prefix, words]) {
    const open = new Set([...target.querySelectorAll("details[open] > summary")].map((it) => it.textContent));
    const fresh = make("div");
    fresh.append(...parts);
    for (const it of fresh.querySelectorAll("[id]")) rename(fresh, it, prefix);
    for (const it of fresh.querySelectorAll("script")) it.remove();
    for (const it of fresh.querySelectorAll("section[aria-labelledby]")) {
      it.setAttribute("aria-label", `${it.querySelector("h2")?.textContent ?? ""} (${words})`);
      it.removeAttribute("aria-labelledby");
    }
    // Landmarks of one page have names of their own.
    const names = new Map();
    for (const it of fresh.querySelectorAll("[role=region][aria-label]")) {
      const heading = it.closest("section")?.querySelector("h2")?.textContent ?? "";
      const label = `${it.getAttribute("aria-label")} (${words}: ${heading})`;
      names.set(label, (names.get(label) ?? 0) + 1);
      it.setAttribute("aria-label", names.get(label) > 1 ? `${label}, ${names.get(label)}` : label);
    }
    for (const it of fresh.querySelectorAll("details")) {
      if (open.has(it.querySelector("summary").textContent)) it.open = true;
    }
    target.replaceChildren(fresh);
    // Scripts of pages look for what they serve in the whole document, and listen there.
    const own = { querySelector: (it) => fresh.querySelector(it), querySelectorAll: (it) => fresh.querySelectorAll(it), addEventListener: (...it) => fresh.addEventListener(...it) };
    const part = new Proxy(document, {
      get(whole, name) {
        if (name in own) return own[name];
        const value = whole[name];
        return typeof value === "function" ? value.bind(whole) : value;
      },
    });
    for (const it of scripts) new Function("document", it)(part);
  }
  // Two pages in one have names of their own.
  function rename(part, it, prefix) {
    const [before, after] = [it.id, `${prefix}${it.id}`];
    it.id = after;
    const quoted = CSS.escape(before);
    for (const name of ["aria-labelledby", "aria-describedby", "for"]) {
      for (const other of part.querySelectorAll(`[${name}="${quoted}"]`)) other.setAttribute(name, after);
    }
    for (const other of part.querySelectorAll(`[href="#${quoted}"]`)) other.setAttribute("href", `#${after}`);
    for (const name of ["clip-path", "fill", "stroke", "mask", "filter"]) {
      for (const other of part.querySelectorAll(`[${name}="url(#${quoted})"]`)) other.setAttribute(name, `url(#${after})`);
    }
  }
  function parsed(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const scripts = [...page.querySelectorAll("script")].map((it) => it.textContent);
    return { page, scripts };
  }
  function showPage({ page: html, against: other }) {
    const { page, scripts } = parsed(html);
    // The style is that of the core, which draws; this page's own comes after it.
    byId("page-style").textContent = page.querySelector("style").textContent;
    const answer = page.querySelector(".answer")?.textContent ?? "";
    const against = other === null ? null : parsed(other);
    byId("answer").textContent = against ? `${answer} ${against.page.querySelector(".answer").textContent}` : answer;
    const sections = (it) => [...it.querySelector("main").children];
    const comparison = byId("against");
    if (against) {
      place(comparison, sections(against.page).filter((it) => !it.querySelector("#inputs")), against.scripts, ["against-", "comparison"]);
    } else {
      comparison.replaceChildren();
    }
    byId("against-group").hidden = !against;
    byId("results-kind").textContent = against ? "The scenario as moved" : "The scenario as stated";
    const lead = [...page.querySelectorAll("header > :not(.kind, h1, .answer, nav)")];
    place(byId("results"), [...lead, ...sections(page)], scripts, ["run-", "results"]);
    const links = (part) => [...byId(part).querySelectorAll("h2")].map((it) => make("li", {}, make("a", { href: `#${it.id}`, text: it.textContent })));
    byId("contents").replaceChildren(...links("results"));
    byId("against-contents").replaceChildren(...links("against"));
  }
  // A link within the page is no state of it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    const target = link && byId(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  });

  function status(text) {
    byId("status").textContent = text;
  }
  function showError(text) {
    byId("error").textContent = text;
    byId("error").hidden = text === "";
  }

  // ------------------------------------------------------------------ the core

  let timer = null;
  function changed() {
    showMoves();
    clearTimeout(timer);
    timer = setTimeout(send, CHANGE_DELAY_MILLISECONDS);
  }
  function send() {
    generation += 1;
    sentAt = performance.now();
    document.documentElement.dataset.state = "running";
    showError("");
    worker.postMessage({ kind: "change", generation, settings: settings(), sessions: sessions() });
  }
  function ask(message) {
    nextId += 1;
    const id = nextId;
    worker.postMessage({ id, isMoved: settings().length > 0, ...message });
    return new Promise((done) => waiting.set(id, done));
  }

  const heard = {
    inputs({ inputs: it }) {
      inputs = it;
      build();
      readAddress();
      showMoves();
      send();
    },
    progress(it) {
      if (it.generation !== generation) return;
      if (sentAt > 0) {
        document.documentElement.dataset.firstAnswer = String(Math.round(performance.now() - sentAt));
        sentAt = 0;
      }
      const share = it.done > 0 ? `, ${Math.round((100 * it.deals) / it.done)} % of them deals` : "";
      status(it.done < it.planned ? `${count(it.done)} of ${count(it.planned)} sessions${share}` : `${count(it.done)} sessions`);
      byId("progress").max = it.planned;
      byId("progress").value = it.done;
    },
    page(it) {
      if (it.generation !== generation) return;
      showPage(it);
      document.documentElement.dataset.firstPage ??= String(Math.round(performance.now()));
    },
    plans(it) {
      if (it.generation !== generation) return;
      const { page, scripts } = parsed(it.page);
      const answer = make("p", { className: "answer", text: page.querySelector(".answer").textContent });
      place(byId("weighed"), [answer, ...page.querySelector("main").children], scripts, ["plans-", "plans"]);
    },
    complete(it) {
      if (it.generation !== generation) return;
      document.documentElement.dataset.state = "complete";
    },
    error(it) {
      if (it.generation !== null && it.generation !== generation) return;
      status("");
      showError(it.text);
      document.documentElement.dataset.state = "error";
    },
    broken(it) {
      status("");
      showError(`The core stopped: ${it.text}. Load the page again.`);
      document.documentElement.dataset.state = "error";
    },
    session: (it) => waiting.get(it.id)?.(it.page),
    tables: (it) => waiting.get(it.id)?.(it.tables),
    trial: (it) => byId("tornado-status").textContent = `${it.done} of ${it.planned} moves tried`,
    tornado: (it) => waiting.get(it.id)?.(it.page),
  };

  // ------------------------------------------------------------------ what can be asked for

  const said = byId("said");
  function save(name, text, type) {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  // In single quotes, as shells of Unix take it.
  function quoted(text) {
    return `'${text.replaceAll("'", "'\\''")}'`;
  }
  function command() {
    const seed = given.seed === null ? "" : ` --seed ${given.seed}`;
    const set = settings().map((it) => ` --set ${quoted(it)}`).join("");
    return `demarche batch ${quoted(given.scenario)} --sessions ${sessions()}${seed}${set}`;
  }
  function experiment() {
    const text = (it) => JSON.stringify(it);
    const set = settings().map((it) => {
      const place = it.indexOf("=");
      return `${text(it.slice(0, place))} = ${it.slice(place + 1)}`;
    });
    const lines = [
      "schema = 1",
      `name = ${text(`${inputs.name}-explored`)}`,
      `title = ${text(`${inputs.title}: explored`)}`,
      `scenario = ${text(given.scenario.split(/[\\/]/).pop())}`,
      `sessions = ${sessions()}`,
      `seed = ${inputs.seed}`,
      "",
      "[set]",
      ...set,
    ];
    return `# Beside the scenario's file: demarche batch THIS_FILE\n\n${lines.join("\n")}\n`;
  }
  async function copy(text, what) {
    byId("copied").value = text;
    byId("copied").hidden = false;
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = `${what} copied.`;
    } catch {
      byId("copied").select();
      said.textContent = `${what} selected: copy it from the field.`;
    }
  }
  byId("copy-set").addEventListener("click", () => copy(command(), "Command"));
  byId("copy-link").addEventListener("click", () => copy(location.href, "Address"));
  byId("download").addEventListener("click", () => {
    save(`${inputs.name}-explored.toml`, experiment(), "application/toml");
    said.textContent = "Experiment downloaded: put it beside the scenario's file.";
  });
  for (const button of document.querySelectorAll("[data-table]")) {
    button.addEventListener("click", async () => {
      const name = button.dataset.table;
      const tables = await ask({ kind: "tables", names: [name] });
      save(`${name}.csv`, tables[name], "text/csv");
      said.textContent = `${name}.csv downloaded.`;
    });
  }
  byId("reset").addEventListener("click", () => {
    const kept = moves.get("sessions");
    moves.clear();
    if (kept) moves.set("sessions", kept);
    for (const it of controls.values()) it.show();
    writeAddress();
    changed();
  });
  window.addEventListener("hashchange", () => { readAddress(); changed(); });

  byId("session-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const replication = clamp(Math.round(Number(byId("replication").value)) || 0, [0, sessions() - 1]);
    byId("replication").value = replication;
    const { page, scripts } = parsed(await ask({ kind: "session", replication }));
    const answer = make("p", { className: "answer", text: page.querySelector(".answer").textContent });
    place(byId("session"), [answer, ...page.querySelector("main").children], scripts, ["session-", "session"]);
  });

  let runningTornado = null;
  byId("tornado-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const party = Number(byId("tornado-party").value);
    const share = Number(byId("tornado-share").value) / 100;
    const before = settings();
    const trials = inputs.numbers.filter((it) => it.party === party && it.median !== 0).flatMap((it) =>
      [-1, 1].flatMap((sign) => {
        const to = clamp(it.median * (1 + sign * share), it.ends);
        const percent = `${number(100 * share)} %`;
        return to === it.median ? [] : [{ path: it.path, moved: sign < 0 ? `${percent} less` : `${percent} more`, is_higher: sign > 0, settings: [`${it.path}=${moved(it, to)}`] }];
      }));
    byId("tornado-stop").disabled = false;
    byId("tornado-status").textContent = `0 of ${trials.length} moves tried`;
    const answer = ask({ kind: "tornado", trials, sessions: Math.min(sessions(), TORNADO_SESSIONS) });
    runningTornado = nextId;
    const html = await answer;
    byId("tornado-stop").disabled = true;
    runningTornado = null;
    if (html === null) {
      byId("tornado-status").textContent = "Stopped.";
      return;
    }
    byId("tornado-status").textContent = `${trials.length} moves tried, over ${count(Math.min(sessions(), TORNADO_SESSIONS))} sessions each${before.length > 0 ? ", each against the scenario as it is stated" : ""}.`;
    const { page, scripts } = parsed(html);
    place(byId("tornado"), [...page.querySelector("main").children], scripts, ["alone-", "one number at a time"]);
  });
  byId("tornado-stop").addEventListener("click", () => {
    if (runningTornado !== null) worker.postMessage({ kind: "cancel", id: runningTornado });
  });

  const bytes = Uint8Array.from(atob(byId("module").textContent), (it) => it.charCodeAt(0));
  worker = new Worker(URL.createObjectURL(new Blob([byId("worker").textContent], { type: "text/javascript" })));
  worker.onmessage = ({ data }) => heard[data.kind](data);
  worker.onerror = (event) => heard.broken({ text: event.message });
  worker.postMessage({ kind: "start", module: bytes.buffer, files: given.files, plans: given.plans, seed: given.seed, sessions: given.sessions }, [bytes.buffer]);
})();
