// Runs the core beside the page: one request after the other, sessions in slices between which newer
// requests are heard. What is out of date is dropped.
"use strict";
const BASE = 0;
const MOVED = 1;
const FIRST_TRIAL = 2;
// How long a slice of sessions may take: well below what a person notices as a wait.
const SLICE_MILLISECONDS = 30;
// Sessions after which there is a first page; that of all sessions follows.
const FIRST_PAGE_SESSIONS = 50;
// Draws over which plans are weighed, and those that a slice has.
const PLAN_DRAWS = 1000;
const SLICE_DRAWS = 25;
const PLAN_TABLES = ["plans", "changes", "amendments"];

let core = null;
let wanted = null;
let tasks = [];
let isBusy = false;
let sliceSessions = 4;

// Asks the core something; both sides speak JSON in UTF-8.
function ask(request) {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  const place = core.demarche_allocate(bytes.length);
  new Uint8Array(core.memory.buffer, place, bytes.length).set(bytes);
  let answer;
  try {
    answer = core.demarche_call(place, bytes.length);
  } catch (error) {
    postMessage({ kind: "broken", text: textAt(core.demarche_last_words()) || String(error) });
    throw error;
  }
  const parsed = JSON.parse(textAt(answer));
  core.demarche_release(answer);
  if (parsed.error !== undefined) throw new Error(parsed.error);
  return parsed;
}
// The text of an answer: its length in bytes, then these.
function textAt(answer) {
  const length = new DataView(core.memory.buffer).getUint32(answer, true);
  return new TextDecoder().decode(new Uint8Array(core.memory.buffer, answer + 4, length));
}

// Lets messages in that wait.
const turn = new MessageChannel();
function breathe() {
  return new Promise((done) => {
    turn.port1.onmessage = done;
    turn.port2.postMessage(null);
  });
}

// Runs the next sessions of a run, about as many as fit into a slice.
function advance(run, most) {
  const began = performance.now();
  const { progress } = ask({ advance: { run, sessions: Math.min(sliceSessions, most) } });
  const share = (performance.now() - began) / SLICE_MILLISECONDS;
  if (share < 0.7) sliceSessions = Math.min(256, sliceSessions + Math.ceil(sliceSessions / 2));
  if (share > 1) sliceSessions = Math.max(1, Math.floor(sliceSessions / 2));
  return progress;
}

function begin(run, settings) {
  return ask({ begin: { run, settings } }).progress;
}

// Carries out what is wanted, and begins anew when something else is.
async function work() {
  if (isBusy) return;
  isBusy = true;
  while (wanted || tasks.length > 0) {
    const change = wanted;
    wanted = null;
    try {
      if (change) await carryOut(change);
      else await tasks.shift()();
    } catch (error) {
      postMessage({ kind: "error", generation: change ? change.generation : null, text: String(error.message ?? error) });
    }
    await breathe();
  }
  isBusy = false;
}

const runs = { base: null, sessions: 0 };

// Runs the scenario as it is stated and as it was moved, up to the same session; then shows both.
async function carryOut({ generation, settings, sessions }) {
  if (runs.sessions !== sessions) {
    open(sessions);
    runs.base = begin(BASE, []);
  }
  const isMoved = settings.length > 0;
  let moved = isMoved ? begin(MOVED, settings) : null;
  const shown = () => (isMoved ? moved : runs.base);
  postMessage({ kind: "progress", generation, ...shown() });
  let isFirst = true;
  for (;;) {
    if (wanted) return;
    const goal = isFirst ? Math.min(FIRST_PAGE_SESSIONS, sessions) : sessions;
    const isBehind = isMoved && (moved.done < runs.base.done || runs.base.done >= goal);
    if (isBehind && moved.done < goal) {
      moved = advance(MOVED, goal - moved.done);
      postMessage({ kind: "progress", generation, ...moved });
    } else if (runs.base.done < goal) {
      runs.base = advance(BASE, goal - runs.base.done);
      if (!isMoved) postMessage({ kind: "progress", generation, ...runs.base });
    } else {
      if (!(await show(generation, isMoved))) return;
      if (goal === sessions) break;
      isFirst = false;
    }
    await breathe();
  }
  if (start.plans.length > 0 && !(await weigh(generation, settings))) return;
  postMessage({ kind: "complete", generation });
}

// Weighs the plans under settings; false if something else is wanted meanwhile.
async function weigh(generation, settings) {
  let { draws } = ask({ weigh: { settings, draws: PLAN_DRAWS } });
  while (draws.done < draws.planned) {
    await breathe();
    if (wanted) return false;
    draws = ask({ advance_weighing: { draws: SLICE_DRAWS } }).draws;
  }
  postMessage({ kind: "plans", generation, page: ask("plans").page });
  return true;
}

// Draws the page, and the comparison with what was not moved; false if something else is wanted meanwhile.
async function show(generation, isMoved) {
  const page = ask({ page: { run: isMoved ? MOVED : BASE } }).page;
  let against = null;
  if (isMoved) {
    await breathe();
    if (wanted) return false;
    against = ask({ compare: { base: BASE, run: MOVED } }).page;
  }
  postMessage({ kind: "page", generation, page, against });
  return true;
}

// One number after the other moved alone, each way.
async function tornado({ id, trials, sessions }) {
  const named = [];
  for (const [place, trial] of trials.entries()) {
    const run = FIRST_TRIAL + place;
    let progress = begin(run, trial.settings);
    while (progress.done < Math.min(sessions, progress.planned)) {
      progress = advance(run, sessions - progress.done);
      await breathe();
      if (wanted || cancelled.has(id)) {
        for (let it = FIRST_TRIAL; it <= run; it += 1) ask({ end: { run: it } });
        postMessage({ kind: "tornado", id, page: null });
        return;
      }
    }
    named.push({ path: trial.path, moved: trial.moved, is_higher: trial.is_higher, run });
    postMessage({ kind: "trial", id, done: place + 1, planned: trials.length });
  }
  const { page } = ask({ tornado: { base: BASE, trials: named } });
  for (const it of named) ask({ end: { run: it.run } });
  postMessage({ kind: "tornado", id, page });
}
const cancelled = new Set();

// Starts the core, which is compressed.
async function load(compressed) {
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const module = await WebAssembly.compile(await new Response(stream).arrayBuffer());
  // A clock that a library could ask, and that nothing here asks.
  const imports = {};
  for (const it of WebAssembly.Module.imports(module)) {
    imports[it.module] ??= {};
    imports[it.module][it.name] = () => { throw new Error(`${it.name} is not there`); };
  }
  core = (await WebAssembly.instantiate(module, imports)).exports;
}

let start = null;
function open(sessions) {
  const { inputs } = ask({ open: { files: start.files, plans: start.plans, seed: start.seed, sessions } });
  runs.sessions = sessions;
  return inputs;
}

onmessage = async ({ data }) => {
  if (data.kind === "start") {
    start = data;
    try {
      await load(data.module);
      const inputs = open(data.sessions);
      runs.base = begin(BASE, []);
      postMessage({ kind: "inputs", inputs });
    } catch (error) {
      postMessage({ kind: "broken", text: String(error.message ?? error) });
    }
    return;
  }
  if (data.kind === "change") wanted = data;
  if (data.kind === "cancel") cancelled.add(data.id);
  if (data.kind === "tornado") tasks.push(() => tornado(data));
  if (data.kind === "session") {
    tasks.push(async () => {
      const { page } = ask({ session: { run: data.isMoved ? MOVED : BASE, replication: data.replication } });
      postMessage({ kind: "session", id: data.id, page });
    });
  }
  if (data.kind === "tables") {
    tasks.push(async () => {
      const { names } = data;
      const isOfPlans = names.every((it) => PLAN_TABLES.includes(it));
      const { tables } = ask(isOfPlans ? { plan_tables: { names } } : { tables: { run: data.isMoved ? MOVED : BASE, names } });
      postMessage({ kind: "tables", id: data.id, tables });
    });
  }
  work();
};
