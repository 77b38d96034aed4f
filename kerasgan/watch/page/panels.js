// The charts of a section. Panels of the same title share a chart, one run over the other.

import { Chart } from "./chart.js";
import { replaceOthers } from "./elements.js";

export class Panels {
  // `zoom`: see Chart.
  constructor(container, section, zoom) {
    Object.assign(this, { container, section, zoom, charts: new Map() });
  }

  // `runs`: [{name, content}], `view`: the first and the last step.
  show(runs, view) {
    const merged = merge(runs, this.section);
    const charts = [...merged].map(([title, { logarithmic, curves }]) => {
      if (!this.charts.has(title)) this.charts.set(title, new Chart(title, logarithmic, this.zoom));
      return [this.charts.get(title), curves];
    });
    replaceOthers(this.container, charts.map(([chart]) => chart.figure));
    const marks = runs.flatMap(({ content }) => (content.events ?? []).map(({ step }) => step));
    for (const [chart, curves] of charts) chart.show(curves, view, marks);
  }
}

// {title: {logarithmic, curves}}. The colours of a single run are those of its columns, those of
// several runs are the runs'.
function merge(runs, section) {
  const merged = new Map(), isSingle = runs.length === 1;
  runs.forEach(({ name, content }, run) => {
    for (const panel of content.panels.filter((panel) => panel.section === section)) {
      const { title, logarithmic } = panel;
      if (!merged.has(title)) merged.set(title, { logarithmic, columns: [], curves: [] });
      const { columns, curves } = merged.get(title);
      for (const curve of panel.curves) {
        if (!columns.includes(curve.name)) columns.push(curve.name);
        const column = columns.indexOf(curve.name);
        curves.push({
          ...curve,
          label: isSingle ? curve.name : `${name} ${curve.name}`,
          colour: isSingle ? column : run,
          dash: isSingle ? 0 : column,
        });
      }
    }
  });
  return merged;
}

// The first and the last step of all runs.
export function span(runs) {
  const steps = runs.flatMap(({ content }) => content.span);
  const first = Math.min(...steps), last = Math.max(...steps);
  return steps.length ? [first, Math.max(last, first + 1)] : [0, 1];
}
