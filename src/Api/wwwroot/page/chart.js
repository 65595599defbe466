/** Loss against step, several jobs over each other, on a logarithmic scale. */

import { count, el, loss, svg } from "./dom.js";

/** Margins and bounds in CSS pixels: the drawing is as wide as its place, so its letters keep their size on a phone. */
const EDGE = { left: 52, right: 28, top: 12, bottom: 32 };
const HEIGHT = 320;
const COLOURS = 6;

export class Chart {
  #series = [];
  #width = 720;
  #cursor = svg("line", { class: "cursor", y1: EDGE.top, y2: HEIGHT - EDGE.bottom });
  #drawing = svg("svg", { role: "img", class: "chart", height: HEIGHT });
  #readout = el("p", { className: "readout" });
  #colours = new Map();
  #lastStep = 1;
  #ends = [0, 0]; // of the loss axis, as powers of ten
  #x = () => 0; // from a step to its place
  #y = () => 0; // from a loss to its place

  #legend;

  /** @param legend the list that names the curves shown. */
  constructor(place, legend = el("ul")) {
    this.#legend = legend;
    place.append(this.#drawing, this.#readout);
    new ResizeObserver(() => this.#draw()).observe(place);
    this.#drawing.addEventListener("pointermove", (event) => this.#read(event));
    this.#drawing.addEventListener("pointerleave", () => this.#rest());
  }

  /** The class of a job's colour: the first free one, and its own for as long as it is shown. */
  colourOf(id) {
    if (!this.#colours.has(id)) {
      const taken = [...this.#colours.values()];
      const free = Array.from({ length: COLOURS }, (_, i) => i).find((i) => !taken.includes(i));
      this.#colours.set(id, free ?? this.#colours.size % COLOURS);
    }
    return `series-${this.#colours.get(id)}`;
  }

  /**
   * @param series [{id, name, isOver, steps, colour, points: [{step, trainLoss, validationLoss}]}]: steps is how far the axis reaches at least;
   * colour the number of its colour, where that is not to be the first free one.
   */
  show(series) {
    for (const id of this.#colours.keys()) {
      if (!series.some((each) => each.id === id)) this.#colours.delete(id);
    }
    for (const { id, colour } of series) {
      if (colour !== undefined) this.#colours.set(id, colour);
    }
    this.#series = series.filter((each) => each.points.length > 0);
    this.#draw();
    this.#legend.replaceChildren(...series.map((each) => el("li", {},
      el("span", { className: `key ${this.colourOf(each.id)}` }), `${each.name} `,
      el("span", { className: "hint", textContent: each.points.length > 0 ? loss(each.points.at(-1).validationLoss) : each.isOver ? "no loss" : "waiting" }))));
  }

  #draw() {
    this.#width = Math.max(200, this.#drawing.clientWidth);
    const points = this.#series.flatMap((each) => each.points);
    const losses = points.flatMap((point) => [point.trainLoss, point.validationLoss]).filter((value) => value > 0);
    this.#drawing.setAttribute("aria-label", this.#inWords());
    if (losses.length === 0) {
      this.#drawing.replaceChildren(svg("text", { class: "empty", x: this.#width / 2, y: HEIGHT / 2 }, "The curve begins with the first evaluation."));
      this.#readout.textContent = "";
      return;
    }
    this.#scale(Math.max(1, ...this.#series.map(({ steps, points }) => Math.max(steps, points.at(-1).step))), Math.min(...losses), Math.max(...losses));
    this.#drawing.replaceChildren(...this.#grid(), ...this.#series.flatMap((each) => this.#curves(each)), this.#cursor);
    this.#rest();
  }

  #scale(lastStep, low, high) {
    const [bottom, top] = [Math.log10(low) - 0.08, Math.log10(high) + 0.08];
    const [width, height] = [this.#width - EDGE.left - EDGE.right, HEIGHT - EDGE.top - EDGE.bottom];
    this.#lastStep = lastStep;
    this.#ends = [bottom, top];
    this.#x = (step) => EDGE.left + (width * step) / lastStep;
    this.#y = (value) => EDGE.top + (height * (top - Math.log10(Math.max(value, low)))) / (top - bottom);
  }

  #grid() {
    const lines = decades(...this.#ends).flatMap((value) => [
      svg("line", { class: "grid", x1: EDGE.left, x2: this.#width - EDGE.right, y1: this.#y(value), y2: this.#y(value) }),
      svg("text", { class: "axis end", x: EDGE.left - 8, y: this.#y(value) + 4 }, String(value)),
    ]);
    const steps = round(this.#lastStep, this.#width).map((step) => svg("text", { class: "axis middle", x: this.#x(step), y: HEIGHT - 12 }, count(step)));
    const names = [
      svg("text", { class: "axis", x: EDGE.left, y: 12 }, "MSE, logarithmic"),
      svg("text", { class: "axis end", x: this.#width - EDGE.right, y: HEIGHT - 30 }, "step"),
    ];
    return [...lines, ...steps, ...names];
  }

  #curves({ id, points }) {
    const drawn = (field) => points.filter((point) => point[field] > 0); // a logarithm has no place for the others
    const path = (field) => drawn(field).map((point, i) => `${i ? "L" : "M"}${this.#x(point.step).toFixed(1)} ${this.#y(point[field]).toFixed(1)}`).join("");
    const colour = this.colourOf(id);
    const end = drawn("validationLoss").at(-1);
    return [
      svg("path", { class: `curve thin ${colour}`, d: path("trainLoss") }),
      svg("path", { class: `curve ${colour}`, d: path("validationLoss") }),
      ...(end ? [svg("circle", { class: `dot ${colour}`, r: 4, cx: this.#x(end.step), cy: this.#y(end.validationLoss) })] : []),
    ];
  }

  #read(event) {
    if (this.#series.length === 0) return;
    const box = this.#drawing.getBoundingClientRect();
    const step = (event.clientX - box.left - EDGE.left) * (this.#lastStep / (this.#width - EDGE.left - EDGE.right));
    const near = this.#series.map(({ id, name, points }) => ({ id, name, point: points.reduce((a, b) => (Math.abs(a.step - step) <= Math.abs(b.step - step) ? a : b)) }));
    const at = this.#x(near[0].point.step);
    this.#cursor.setAttribute("x1", at);
    this.#cursor.setAttribute("x2", at);
    this.#cursor.classList.add("on");
    this.#readout.replaceChildren(el("span", { textContent: `step ${count(near[0].point.step)}` }), ...near.map(({ id, name, point }) =>
      el("span", {}, el("span", { className: `key ${this.colourOf(id)}` }), ` ${name} `, el("strong", { textContent: loss(point.validationLoss) }),
        point.step === near[0].point.step ? "" : ` at ${count(point.step)}`)));
  }

  #rest() {
    this.#cursor.classList.remove("on");
    this.#readout.textContent = "";
  }

  #inWords() {
    const curves = this.#series.map(({ name, points }) => `${name}: validation loss ${loss(points.at(-1).validationLoss)} at step ${points.at(-1).step}`);
    return curves.length > 0 ? `Loss curves. ${curves.join(". ")}.` : "No loss curve yet.";
  }
}

/** 1, 2 and 5 times the powers of ten between two exponents; only the powers where those are many. */
function decades(bottom, top) {
  const factors = top - bottom > 3.5 ? [1] : [1, 2, 5];
  const exponents = Array.from({ length: Math.ceil(top) - Math.floor(bottom) + 1 }, (_, i) => Math.floor(bottom) + i);
  return exponents.flatMap((exponent) => factors.map((factor) => Number(`${factor}e${exponent}`)))
    .filter((value) => Math.log10(value) >= bottom && Math.log10(value) <= top);
}

/** Round steps from 0 on, one in about 140 pixels. */
function round(last, width) {
  const rough = last / Math.max(2, width / 140);
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = Math.max(1, [1, 2, 5, 10].find((factor) => factor * power >= rough) * power);
  return Array.from({ length: Math.floor(last / size) + 1 }, (_, i) => i * size);
}
