// The sample sheets of runs at a step, which a slider chooses.

import { element, replaceOthers, set } from "./elements.js";
import { formatStep } from "./scales.js";

export class Samples {
  // Elements: the section, its slider, the output of the step, and the container of the sheets.
  constructor(section, slider, output, container) {
    Object.assign(this, { section, slider, output, container, steps: [], runs: [], figures: new Map() });
    // The newest sheets are followed until another step is chosen.
    this.chosen = null;
    slider.oninput = () => {
      const index = Number(slider.value);
      this.chosen = index === this.steps.length - 1 ? null : this.steps[index];
      this.draw();
    };
  }

  // `runs`: [{id, name, content}].
  show(runs) {
    const steps = runs.flatMap(({ content }) => content.sheets.map(([step]) => step));
    this.runs = runs;
    this.steps = [...new Set(steps)].sort((one, other) => one - other);
    this.section.hidden = !this.steps.length;
    this.slider.hidden = this.steps.length < 2;
    set(this.slider, { max: Math.max(0, this.steps.length - 1) });
    const index = this.chosen === null ? -1 : this.steps.findLastIndex((step) => step <= this.chosen);
    this.slider.value = index < 0 ? this.steps.length - 1 : index;
    this.draw();
  }

  draw() {
    const step = this.steps[this.slider.value];
    if (step === undefined) return;
    this.output.textContent = formatStep(step);
    this.slider.setAttribute("aria-valuetext", `step ${formatStep(step)}`);
    replaceOthers(this.container, this.runs.flatMap((run) => this.figure(run, step)));
  }

  // The figure of a run with its newest sheet until this step, in a list; empty without one.
  figure({ id, name, content }, step) {
    const sheet = content.sheets.findLast(([other]) => other <= step);
    if (!sheet) return [];
    if (!this.figures.has(id)) this.figures.set(id, new Sheet());
    return [this.figures.get(id).show(id, name, ...sheet)];
  }
}

class Sheet {
  constructor() {
    this.image = element("img");
    this.link = element("a", {}, this.image);
    this.caption = element("figcaption");
    this.figure = element("figure", {}, this.caption, this.link);
    this.image.onerror = () => (this.caption.textContent += ": this sheet cannot be shown");
  }

  show(id, name, step, version) {
    const source = `sheet?${new URLSearchParams({ id, step, version })}`;
    if (this.image.getAttribute("src") === source) return this.figure;
    this.caption.textContent = `${name}, step ${formatStep(step)}`;
    set(this.image, { src: source, alt: `Samples of ${name} at step ${formatStep(step)}` });
    set(this.link, { href: source });
    return this.figure;
  }
}
