// The page: which runs it shows, and how it follows them.

import { Panels, span } from "./panels.js";
import { Samples } from "./samples.js";
import { formatStep } from "./scales.js";
import { showHealth, showList, showNumbers, showOptions, showProgress } from "./tables.js";

const MILLISECONDS = 2000;
// The list of runs is read again less often.
const LIST_EVERY = 5;
// What is missing in the content of a damaged run.
const EMPTY = { events: null, numbers: [], options: [], panels: [], sheets: [], span: [] };

const at = (id) => document.getElementById(id);
let listing = { folder: "", runs: [], chosen: [] };
// Ids of the runs to show, and whether there was one to choose yet.
let chosen = [], hasChosen = false;
// What was read of them, {id: {tag, view, content}}.
const read = new Map();
// The first and the last step, null for all.
let view = null;
let timer, polls = 0, shown = "";

const charts = ["curves", "quality"].map((section) => new Panels(at(section), section, zoom));
const samples = new Samples(at("samples"), at("position"), at("step"), at("sheets"));

async function fetchChanged(path, headers = {}) {
  const response = await fetch(path, { headers });
  if (response.status === 304) return null;
  if (!response.ok) throw new Error((await response.text()).trim());
  return response;
}

async function readList() {
  listing = await (await fetchChanged("runs")).json();
  const known = listing.runs.map(({ id }) => id);
  if (!hasChosen) {
    const named = location.hash.slice(1).split(",").filter((id) => known.includes(id));
    chosen = named.length ? named : listing.chosen;
    hasChosen = chosen.length > 0;
  }
  chosen = chosen.filter((id) => known.includes(id));
}

// Read a run again if it, or the view, has changed.
async function readRun(id) {
  const before = read.get(id), wanted = JSON.stringify(view);
  const isSame = before?.view === wanted;
  const query = new URLSearchParams({ id, ...(view && { first: view[0], last: view[1] }) });
  const response = await fetchChanged(`run?${query}`, isSame ? { "If-None-Match": before.tag } : {});
  // The view may have changed meanwhile.
  if (!response || wanted !== JSON.stringify(view)) return;
  const content = { ...EMPTY, ...(await response.json()) };
  read.set(id, { tag: response.headers.get("ETag"), view: wanted, content });
}

async function refresh() {
  try {
    if (polls++ % LIST_EVERY === 0) await readList();
    await Promise.all(chosen.map(readRun));
    at("connection").textContent = "";
  } catch (error) {
    const isGone = error instanceof TypeError;
    at("connection").textContent = isGone ? "no answer: has kerasgan watch ended?" : error.message;
    polls = 0;
  }
  show();
}

async function poll() {
  clearTimeout(timer);
  if (!document.hidden) await refresh();
  clearTimeout(timer);
  timer = setTimeout(poll, MILLISECONDS);
}

function show() {
  const runs = listing.runs
    .filter(({ id }) => chosen.includes(id) && read.has(id))
    .map(({ id, name }) => ({ id, name, content: read.get(id).content }));
  // Nothing is drawn again under the mouse before something has changed.
  const now = JSON.stringify([listing, view, runs.map(({ id }) => [id, read.get(id).tag, read.get(id).view])]);
  if (now === shown) return;
  shown = now;
  const whole = span(runs);
  showList(at("runs"), listing, chosen, choose);
  showProgress(at("progress"), runs);
  samples.show(runs);
  showHealth(at("health"), runs);
  for (const panels of charts) panels.show(runs, view ?? whole);
  // A number that is being typed stays.
  if (!at("view").contains(document.activeElement)) showView(view ?? whole);
  showNumbers(at("numbers"), runs);
  at("quality-section").hidden = !at("quality").children.length && !at("numbers").children.length;
  showOptions(at("changes"), at("options"), runs);
  document.title = runs.length === 1 ? `${formatStep(whole[1])} ${runs[0].name}` : "kerasgan watch";
}

function showView([first, last]) {
  at("first").value = first;
  at("last").value = last;
  at("whole").disabled = !view;
}

function choose(id, isChosen) {
  hasChosen = true;
  chosen = isChosen ? [...chosen, id] : chosen.filter((other) => other !== id);
  history.replaceState(null, "", `#${chosen.join(",")}`);
  show();
  poll();
}

// Show the steps of `wanted`, as far as there are any; null: all.
function zoom(wanted) {
  const runs = chosen.flatMap((id) => read.get(id) ?? []);
  const whole = span(runs), [lowest, highest] = whole;
  view = null;
  if (wanted) {
    const first = Math.max(lowest, Math.min(Math.round(wanted[0]), highest - 1));
    const last = Math.min(highest, Math.max(Math.round(wanted[1]), first + 1));
    if (first > lowest || last < highest) view = [first, last];
  }
  show();
  showView(view ?? whole);
  poll();
}

at("whole").onclick = () => zoom(null);
at("view").onsubmit = (event) => event.preventDefault();
at("first").onchange = at("last").onchange = () => zoom([Number(at("first").value), Number(at("last").value)]);
document.onvisibilitychange = () => document.hidden || poll();
poll();
