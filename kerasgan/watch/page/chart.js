// A chart of curves over steps.

import { element, graphic, set } from "./elements.js";
import { format, formatStep, limits, logarithmicTicks, ticks } from "./scales.js";

// In pixels.
const HEIGHT = 220, TOP = 8, RIGHT = 12, BOTTOM = 22, LEFT = 56;
const MIN_DRAG = 6;

export class Chart {
  // `zoom` is called with [first, last], or with null for all steps.
  constructor(title, isLogarithmic, zoom) {
    this.isLogarithmic = isLogarithmic;
    this.zoom = zoom;
    this.curves = [];
    this.axes = graphic("g", { class: "axes" });
    this.lines = graphic("svg", { x: LEFT, y: TOP, height: HEIGHT - TOP - BOTTOM });
    this.selection = graphic("rect", { class: "selection", y: TOP, height: HEIGHT - TOP - BOTTOM });
    this.cursor = graphic("line", { class: "cursor", y1: TOP, y2: HEIGHT - BOTTOM });
    const attributes = { role: "img", tabindex: 0, height: HEIGHT, "aria-label": title, "aria-describedby": "keys" };
    this.svg = graphic("svg", attributes, this.axes, this.lines, this.selection, this.cursor);
    this.legend = element("ul", { class: "legend" });
    this.note = element("p", { class: "note" });
    const scale = isLogarithmic ? ", logarithmic" : "";
    this.figure = element(
      "figure", {}, element("figcaption", {}, title + scale), this.svg, this.legend, this.note
    );
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }

  // `curves`: [{label, colour, dash, steps, values, rows}], `view`: the first and the last step,
  // `marks`: steps of signs of failure.
  show(curves, view, marks) {
    const labels = JSON.stringify(curves.map(({ label }) => label)), isNew = labels !== this.labels;
    Object.assign(this, { curves, view, marks, labels });
    if (isNew) this.addLegend();
    const longest = curves.reduce((one, other) => (other.rows > one.rows ? other : one));
    this.note.textContent = longest.rows > longest.steps.length
      ? `${formatStep(longest.steps.length)} of ${formatStep(longest.rows)} rows, with all extremes; zoom in for more`
      : "";
    this.draw();
  }

  addLegend() {
    this.values = this.curves.map(() => element("span", { class: "value" }));
    this.legend.replaceChildren(...this.curves.map((curve, index) => {
      const line = graphic("line", { class: lineClass(curve), x2: 24, y1: 5, y2: 5 });
      const swatch = graphic("svg", { width: 24, height: 10, "aria-hidden": "true" }, line);
      return element("li", {}, swatch, ` ${curve.label} `, this.values[index]);
    }));
  }

  draw() {
    this.width = this.svg.clientWidth;
    if (!this.width || !this.curves.length) return;
    const visible = this.curves.flatMap((curve) => this.visible(curve));
    this.range = limits(visible.length ? visible : [1], this.isLogarithmic);
    set(this.lines, { width: this.width - LEFT - RIGHT });
    const marks = this.marks.map((step) => this.mark(step));
    this.lines.replaceChildren(...marks, ...this.curves.map((curve) => this.line(curve)));
    this.drawAxes();
    this.showValues(null);
  }

  // The values of a curve in the view.
  visible(curve) {
    const [first, last] = this.view;
    return curve.values.filter((value, index) =>
      curve.steps[index] >= first && curve.steps[index] <= last && (value > 0 || !this.isLogarithmic)
    );
  }

  x(step) {
    const [first, last] = this.view;
    return (step - first) / (last - first) * (this.width - LEFT - RIGHT);
  }

  y(value) {
    const scale = this.isLogarithmic ? Math.log : Number, [low, high] = this.range.map(scale);
    return (1 - (scale(value) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  }

  line(curve) {
    const points = curve.steps
      .map((step, index) => [this.x(step), this.y(curve.values[index])])
      .filter(([, y]) => Number.isFinite(y))
      .map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    // A single point is drawn as a dot by the round end of a line.
    const path = points.length === 1 ? `M${points[0]}h0` : `M${points.join("L")}`;
    return graphic("path", { class: lineClass(curve), d: points.length ? path : "" });
  }

  mark(step) {
    const x = this.x(step).toFixed(1);
    return graphic("line", { class: "mark", x1: x, x2: x, y2: HEIGHT });
  }

  drawAxes() {
    const right = this.width - RIGHT, bottom = HEIGHT - BOTTOM;
    const ofValues = (this.isLogarithmic ? logarithmicTicks : ticks)(...this.range, 5);
    const rows = ofValues.flatMap((value) => {
      const y = TOP + this.y(value);
      return [
        graphic("line", { x1: LEFT, x2: right, y1: y, y2: y }),
        graphic("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, format(value)),
      ];
    });
    const ofSteps = ticks(...this.view, Math.max(2, this.width / 90)).filter(Number.isInteger);
    const columns = ofSteps.flatMap((step) => {
      const x = LEFT + this.x(step);
      return [
        graphic("line", { x1: x, x2: x, y1: TOP, y2: bottom }),
        graphic("text", { x, y: HEIGHT - 6, "text-anchor": "middle" }, formatStep(step)),
      ];
    });
    this.axes.replaceChildren(...rows, ...columns);
  }

  // Show the values nearest to a step in the legend; null: the last ones.
  showValues(step) {
    this.cursor.classList.toggle("visible", step !== null);
    if (step !== null) set(this.cursor, { x1: LEFT + this.x(step), x2: LEFT + this.x(step) });
    this.curves.forEach(({ steps, values }, index) => {
      const at = step === null ? steps.length - 1 : nearest(steps, step);
      this.values[index].textContent = steps.length ? `${format(values[at])} at ${formatStep(steps[at])}` : "";
    });
  }

  stepAt(event) {
    const [first, last] = this.view, { left } = this.svg.getBoundingClientRect();
    const share = (event.clientX - left - LEFT) / (this.width - LEFT - RIGHT);
    return first + Math.min(1, Math.max(0, share)) * (last - first);
  }

  listen() {
    this.svg.onpointerdown = (event) => this.begin(event);
    this.svg.onpointermove = (event) => this.move(event);
    this.svg.onpointerup = (event) => this.end(event);
    this.svg.onpointercancel = this.svg.onpointerleave = () => this.leave();
    this.svg.ondblclick = () => this.zoom(null);
    this.svg.onkeydown = (event) => this.press(event);
  }

  begin(event) {
    if (event.button) return;
    this.svg.setPointerCapture(event.pointerId);
    this.start = this.stepAt(event);
  }

  move(event) {
    const step = this.stepAt(event);
    this.showValues(step);
    if (this.start === undefined) return;
    const [from, to] = [this.x(this.start), this.x(step)].sort((one, other) => one - other);
    set(this.selection, { x: LEFT + from, width: to - from });
  }

  end(event) {
    if (this.start === undefined) return;
    const ends = [this.start, this.stepAt(event)].sort((one, other) => one - other);
    this.leave();
    if (this.x(ends[1]) - this.x(ends[0]) >= MIN_DRAG) this.zoom(ends);
  }

  leave() {
    this.start = undefined;
    set(this.selection, { width: 0 });
    this.showValues(null);
  }

  press(event) {
    const [first, last] = this.view, quarter = (last - first) / 4;
    const inside = [first + quarter, last - quarter];
    const views = {
      "+": inside, "=": inside, "-": [first - 2 * quarter, last + 2 * quarter],
      ArrowLeft: [first - quarter, last - quarter], ArrowRight: [first + quarter, last + quarter], Escape: null,
    };
    if (!(event.key in views) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.zoom(views[event.key]);
  }
}

function lineClass({ colour, dash }) {
  return `curve colour-${colour % 8} dash-${dash % 4}`;
}

// The index of the step nearest to `step`; `steps` ascend.
function nearest(steps, step) {
  let low = 0, high = steps.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle] < step) low = middle;
    else high = middle;
  }
  return step - steps[low] <= steps[high] - step ? low : high;
}
