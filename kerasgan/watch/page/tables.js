// The lists and tables of the page: runs, progress, signs of failure, evaluations, options.

import { element, graphic, table, update } from "./elements.js";
import { formatStep } from "./scales.js";

// A box for each run, which calls `choose(id, isChosen)`.
export function showList(container, listing, chosen, choose) {
  const focused = container.contains(document.activeElement) && document.activeElement.value;
  const build = ({ folder, runs }) => runs.length
    ? runs.map((run) => choice(run, chosen.includes(run.id), choose))
    : [`no run in ${folder} yet; train one with: kerasgan train acgan --preset quick`];
  update(container, listing, build);
  for (const box of container.querySelectorAll("input")) if (box.value === focused) box.focus();
}

function choice({ id, name, model, state }, isChosen, choose) {
  const box = element("input", { type: "checkbox", value: id });
  box.checked = isChosen;
  box.onchange = () => choose(id, box.checked);
  return element("label", {}, box, ` ${name} `, element("small", {}, [model, state].filter(Boolean).join(", ")));
}

// State, progress and problems of each run.
export function showProgress(container, runs) {
  const data = runs.map(({ name, content: { model, state, span, steps, problems } }) =>
    ({ name, model, state, step: span.at(-1) ?? 0, steps, problems }));
  update(container, data, () => data.map((run, index) => progress(run, data.length > 1 ? index : null)));
}

// `colour`: of the curves of one of several runs.
function progress({ name, model, state, step, steps, problems }, colour) {
  const line = graphic("line", { class: `curve colour-${colour % 8}`, x2: 24, y1: 5, y2: 5 });
  const swatch = graphic("svg", { width: 24, height: 10, "aria-hidden": "true" }, line);
  const words = [model, state, steps && `step ${formatStep(step)} of ${formatStep(steps)}`].filter(Boolean);
  const bar = () => element("progress", { max: steps, value: step, "aria-label": `Steps of ${name}` });
  return element(
    "div", { class: "run" },
    element("p", {}, ...(colour === null ? [] : [swatch, " "]), element("strong", {}, name), ` ${words.join(", ")}`),
    ...(steps ? [bar()] : []),
    ...problems.map((problem) => element("p", { class: "problem" }, problem)),
  );
}

// The signs of failure of each run; null where they cannot be read.
export function showHealth(container, runs) {
  const data = runs.map(({ name, content }) => [name, content.events]);
  update(container, data, () => data.flatMap(([name, events]) => [
    ...(runs.length > 1 ? [element("h3", {}, name)] : []),
    events?.length
      ? element("ul", {}, ...events.map(sign))
      : element("p", {}, events ? "no sign of failure" : "unknown"),
  ]));
}

function sign({ step, sign, message, advice, ended_run }) {
  const title = element("strong", {}, `step ${formatStep(step)}: ${sign}`);
  return element("li", {}, title, ended_run ? ", which ended the run: " : ": ", `${message}; ${advice}`);
}

// The numbers of `kerasgan evaluate`, with a column for each run that has some.
export function showNumbers(container, runs) {
  const all = runs.map(({ name, content }) => [name, content.numbers]);
  const data = all.filter(([, numbers]) => numbers.length);
  update(container, data, () => {
    const columns = data.map(([, numbers]) => new Map(numbers));
    const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
    const rows = names.map((name) => [name, ...columns.map((column) => column.get(name) ?? "")]);
    return rows.length ? [element("h3", {}, "Evaluation"), table(["", ...data.map(([name]) => name)], rows)] : [];
  });
}

// The options that differ from the preset or between the runs, and all of them.
export function showOptions(changes, all, runs) {
  const data = runs
    .map(({ name, content: { preset, options } }) => ({ name, preset, options }))
    .filter(({ options }) => options.length);
  const heads = ["", ...data.map(({ name, preset }) => `${name} (${preset})`)];
  const columns = data.map(({ options }) => new Map(options.map(([option, ...values]) => [option, values])));
  const options = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const row = (option) => [option, ...columns.map((column, run) => cell(column.get(option), data[run].preset))];
  const changed = options.filter((option) => isChanged(columns.map((column) => column.get(option))));
  update(changes, data, () => [changed.length ? table(heads, changed.map(row)) : "as in the preset"]);
  update(all, data, () => [table(heads, options.map(row))]);
}

// `values`: [value, value of the preset or null] of each run that has the option.
function isChanged(values) {
  return values.some((pair) => pair?.[1] !== null || pair[0] !== values[0]?.[0]);
}

function cell(pair, preset) {
  if (!pair) return "";
  const [value, other] = pair;
  if (other === null) return value;
  return element("span", { class: "changed" }, value, element("small", {}, ` ${preset}: ${other}`));
}
