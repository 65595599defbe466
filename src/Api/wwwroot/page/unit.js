/** One value, computed: which inputs reach it, every product, the running sum and the activation that makes the value of it. */

import { el, svg } from "./dom.js";
import { activate, activationName, describe, paddingBefore } from "./network.js";
import { drawBars } from "./strip.js";
import { colourOf, drawMap, fixed, isSigned, largest, number } from "./palette.js";
import { isVector, mapOf } from "./tensors.js";

const WRITTEN = 3;
const MOST_CELLS = 81; // more are drawn as a map
const WITH_NUMBERS = 3; // columns: more are colours alone, their numbers in words under the pointer

export class UnitView {
  #reach = el("div", { className: "unit-reach" });
  #table = el("div", { className: "unit-table" });
  #sum = el("div", { className: "unit-sum" });
  #on;
  #at = null;
  #opened = new Set();

  /** @param on {move(row, column)} */
  constructor(on) {
    this.#on = on;
    this.element = el("div", { className: "unit", tabIndex: 0, role: "group", "aria-label": "One value, computed. Arrow keys move to its neighbours.", hidden: true },
      el("div", { className: "unit-columns" }, this.#reach, this.#table, this.#sum));
    this.element.onkeydown = (event) => {
      const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!by || event.target !== this.element || !this.#at) return;
      event.preventDefault();
      on.move(this.#at.row + by[0], this.#at.column + by[1]);
    };
  }

  /** @returns what the heading says of it: {title, facts}. */
  update(network, layer, at, unit, tensors, pixels) {
    this.#at = at;
    const before = network.before(layer.name);
    const source = tensors.get(before.name);
    const groups = groupsOf(unit.terms);
    const each = groups[0]?.terms.length ?? 0;
    const place = isVector(layer.shape) ? `number ${at.map}` : `${layer.name === "output" && layer.shape[0] === 1 ? "" : `map ${at.map}, `}row ${at.row}, column ${at.column}`;
    const products = isVector(before.shape) ? `${unit.terms.length} products` : `${groups.length} ${groups.length === 1 ? "map" : "maps"} × ${each} inputs = ${unit.terms.length} products`;
    this.#drawReach(layer, at, unit, before);
    this.#drawTable(layer, unit, groups, source, before, pixels, at, network);
    this.#drawSum(layer, unit, groups);
    return { title: `${layer.name}, ${place}`, facts: `${describe(layer)} · ${products} · arrow keys move` };
  }

  #drawReach(layer, at, unit, before) {
    const parts = [el("h4", { textContent: "Which inputs reach it" })];
    if (layer.kind === "linear") {
      parts.push(el("p", { className: "hint", textContent: `All ${unit.terms.length.toLocaleString("en")} values of ${before.name}: a linear layer connects each with each. Where in the image a value stood is known only by its weight.` }));
    } else {
      const rows = unique(unit.terms.map((term) => term.row)), columns = unique(unit.terms.map((term) => term.column));
      const taps = (places, own, axis) => places.map((place) => tapOf(layer, axis, own, place));
      parts.push(...axisOf("Row", at.row, rows, taps(rows, at.row, 1), layer, 1), ...axisOf("Column", at.column, columns, taps(columns, at.column, 2), layer, 2));
      parts.push(kernelOf(layer, taps(rows, at.row, 1), taps(columns, at.column, 2)));
    }
    this.#reach.replaceChildren(...parts);
  }

  #drawTable(layer, unit, groups, source, before, pixels, at, network) {
    const isFromVector = isVector(before.shape);
    const mostInput = largest(source.data) || 1;
    const mostWeight = Math.max(...unit.terms.map((term) => Math.abs(term.weight)), 1e-9);
    const mostProduct = Math.max(...unit.terms.map((term) => Math.abs(term.product)), 1e-9);
    const inputPalette = isSigned(source.data) ? "diverging" : before.name === "input" ? "grey" : "viridis";
    const head = el("div", { className: "unit-row unit-labels" }, ...["map", "inputs", "× kernel", "= products", "sum"].map((name) => el("strong", { textContent: name })));
    const written = groups.filter((group, i) => i < WRITTEN || this.#opened.has(group.channel));
    const others = groups.filter((group) => !written.includes(group));
    const rows = written.map((group) => {
      const thumb = el("canvas", { className: "thumb", role: "img", "aria-label": `${before.name} map ${group.channel}` });
      if (isFromVector) drawBars(thumb, source.data, 42, 42);
      else drawMap(thumb, mapOf(source, group.channel), source.shape.slice(1), inputPalette, before.name === "input" ? 1 : largest(mapOf(source, group.channel)));
      return el("div", { className: "unit-row" }, thumb,
        cells(group.terms, "value", inputPalette, before.name === "input" ? 1 : mostInput), cells(group.terms, "weight", "diverging", mostWeight),
        cells(group.terms, "product", "diverging", mostProduct),
        el("p", { className: "unit-part" }, el("strong", { textContent: fixed(group.sum) }), el("br"), el("span", { className: "hint", textContent: `${isFromVector ? "number" : "map"} ${group.channel}` })));
    });
    const most = Math.max(...groups.map((group) => Math.abs(group.sum)), 1e-9);
    const thin = others.slice(0, 40).map((group) => {
      const button = el("button", { type: "button", className: `thin ${group.sum < 0 ? "negative" : "positive"}`, title: `${isFromVector ? "number" : "map"} ${group.channel}: ${fixed(group.sum, 3)}`, "aria-label": `Write out ${isFromVector ? "number" : "map"} ${group.channel}, sum ${fixed(group.sum, 3)}` });
      button.style.setProperty("--size", `${(100 * Math.abs(group.sum)) / most}%`);
      button.onclick = () => {
        this.#opened.add(group.channel);
        this.#drawTable(layer, unit, groups, source, before, pixels, at, network);
      };
      return button;
    });
    const rest = others.reduce((sum, group) => sum + group.sum, 0);
    const line = (name, value, places = 2) => el("p", { className: "unit-line" }, el("span", { textContent: name }), el("strong", { textContent: fixed(value, places) }));
    const result = el("output", { className: "unit-result", textContent: number(unit.value) });
    result.dataset.value = unit.value;
    const drawn = layer.name === "output" ? pixels[(at.map * network.imageShape[1] + at.row) * network.imageShape[2] + at.column] : null;
    this.#table.replaceChildren(head, ...rows,
      ...(others.length > 0 ? [line(`${others.length} other ${isFromVector ? "numbers" : "maps"}`, rest), el("div", { className: "thins" }, ...thin)] : []),
      line("bias", unit.bias), line("sum", unit.preActivation, 3),
      el("p", { className: "unit-line" }, el("span", { textContent: activationName(layer.activation) }), result),
      ...(drawn === null ? [] : [el("p", { className: "hint", textContent: `Drawn there: ${fixed(drawn)}.` })]));
  }

  /** The sum falls onto the curve of the activation, whose height is the value. */
  #drawSum(layer, unit, groups) {
    const [width, top, step] = [258, 24, 18];
    const shown = groups.slice(0, 10);
    const steps = [...shown.map((group) => group.sum), groups.slice(10).reduce((sum, group) => sum + group.sum, 0), unit.bias].filter((part) => part !== 0);
    const ends = [0];
    for (const part of steps) ends.push(ends.at(-1) + part);
    ends.push(unit.preActivation);
    const low = Math.min(...ends, -1), high = Math.max(...ends, 1);
    const room = (high - low) * 0.12;
    const x = (value) => (width * (value - low + room)) / (high - low + 2 * room);
    const bottom = top + steps.length * step + 16;
    const curveTop = bottom + 24, curveHeight = 56;
    const f = activate[layer.activation] ?? ((value) => value);
    const points = Array.from({ length: 60 }, (_, i) => low - room + ((high - low + 2 * room) * i) / 59);
    const values = points.map(f);
    const [least, most] = [Math.min(...values, 0), Math.max(...values, layer.activation === "sigmoid" ? 1 : 1e-6)];
    const y = (value) => curveTop + curveHeight - (curveHeight * (value - least)) / (most - least || 1);
    let sum = 0;
    const bars = steps.map((part, i) => {
      const from = sum;
      sum += part;
      return [svg("rect", { class: part < 0 ? "negative" : "positive", x: Math.min(x(from), x(sum)), y: top + i * step, width: Math.max(1, Math.abs(x(sum) - x(from))), height: step - 6 }),
        svg("line", { class: "drop", x1: x(sum), x2: x(sum), y1: top + i * step, y2: top + (i + 1) * step })];
    }).flat();
    const at = unit.preActivation;
    const picture = svg("svg", { viewBox: `0 0 ${width} ${curveTop + curveHeight + 22}`, role: "img", "aria-label": `Running sum ${fixed(at, 3)}; ${activationName(layer.activation)} makes ${number(unit.value)} of it` },
      svg("line", { class: "axis", x1: x(0), x2: x(0), y1: top - 6, y2: curveTop + curveHeight }), ...bars,
      svg("line", { class: "fall", x1: x(at), x2: x(at), y1: bottom - 14, y2: y(f(at)) }),
      svg("path", { class: "curve", d: `M${points.map((point, i) => `${x(point).toFixed(1)} ${y(values[i]).toFixed(1)}`).join("L")}` }),
      svg("line", { class: "read", x1: 0, x2: x(at), y1: y(f(at)), y2: y(f(at)) }),
      svg("circle", { class: "point", cx: x(at), cy: y(f(at)), r: 5 }),
      text(x(0), curveTop + curveHeight + 16, "0", "middle"), text(width, curveTop - 6, activationName(layer.activation), "end"));
    this.#sum.replaceChildren(el("h4", { textContent: "Running sum" }), picture);
  }
}

const text = (x, y, content, anchor) => {
  const label = svg("text", { x, y, "text-anchor": anchor });
  label.textContent = content;
  return label;
};

const unique = (values) => [...new Set(values)].sort((a, b) => a - b);

/** The terms by the map that they come from, the largest sum first. */
function groupsOf(terms) {
  const groups = [...Map.groupBy(terms, (term) => term.channel)].map(([channel, own]) => ({ channel, terms: own, sum: own.reduce((sum, term) => sum + term.product, 0) }));
  return groups.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
}

/** Which of the kernel's rows or columns joins an input to the value. */
function tapOf(layer, axis, own, place) {
  const [from, to] = [layer.from[axis], layer.shape[axis]];
  return layer.kind === "convolution"
    ? place - own * layer.stride + paddingBefore(from, to, layer.kernel, layer.stride)
    : own + paddingBefore(to, from, layer.kernel, layer.stride) - place * layer.stride;
}

function axisOf(name, own, places, taps, layer, axis) {
  const isTransposed = layer.kind === "transposed convolution";
  const kind = isTransposed && layer.stride === 2 ? ` is ${own % 2 === 0 ? "even" : "odd"}` : "";
  const sentence = `${name} ${own}${kind}: ${places.length} ${places.length === 1 ? "input" : "inputs"}, ${places.length === 1 ? "tap" : "taps"} ${taps.join(", ")}`;
  const [low, high] = [Math.max(0, places[0] - 1), Math.min(layer.from[axis] - 1, places.at(-1) + 1)];
  const [width, box, gap] = [232, 19, 5];
  const inputs = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const outputs = Array.from({ length: 5 }, (_, i) => own - 2 + i).filter((place) => place >= 0 && place < layer.shape[axis]);
  const spread = Math.min(46, (width - box) / Math.max(1, inputs.length - 1));
  const inputX = (place) => width / 2 + (place - (low + high) / 2) * spread;
  const outputX = (place) => width / 2 + (place - own) * (box + gap);
  const cell = (x, y, label, className) => [svg("rect", { class: className, x: x - box / 2, y, width: box, height: box, rx: 2 }), Object.assign(text(x, y + 14, label, "middle"), {})];
  const picture = svg("svg", { viewBox: `0 0 ${width} 80`, class: "axis-picture", "aria-hidden": "true" },
    ...places.flatMap((place, i) => [svg("line", { class: "reach", x1: inputX(place), y1: box + 1, x2: outputX(own), y2: 58 }),
      Object.assign(text((inputX(place) * 0.55 + outputX(own) * 0.45), 42, taps[i], "middle"), {})]),
    ...inputs.flatMap((place) => cell(inputX(place), 1, place, places.includes(place) ? "taken" : "idle")),
    ...outputs.flatMap((place) => cell(outputX(place), 59, place, place === own ? "own" : "idle")));
  for (const label of picture.querySelectorAll("rect + text")) label.setAttribute("class", label.previousSibling.getAttribute("class"));
  return [el("p", { textContent: sentence }), picture];
}

function kernelOf(layer, rows, columns) {
  const { kernel } = layer;
  const grid = el("span", { className: "kernel-taps", "aria-hidden": "true" });
  grid.style.setProperty("--columns", kernel);
  for (let y = 0; y < kernel; y++) {
    for (let x = 0; x < kernel; x++) grid.append(el("span", { className: rows.includes(y) && columns.includes(x) ? "used" : "" }));
  }
  const used = rows.length * columns.length;
  const why = layer.kind === "transposed convolution" && layer.stride === 2
    ? `${used} of the ${kernel * kernel} taps. The pixels around it get ${neighbours(kernel)} in turn: a checker pattern that the weights must even out.`
    : used < kernel * kernel ? `${used} of the ${kernel * kernel} taps: the others fall on padding, which is zero.` : `All ${kernel * kernel} taps.`;
  return el("div", { className: "kernel-line" }, grid, el("p", { className: "hint", textContent: why }));
}

const neighbours = (kernel) => {
  const [more, less] = [Math.ceil(kernel / 2), Math.floor(kernel / 2)];
  return [...new Set([less * less, more * less, more * more])].join(", ").replace(/, (\d+)$/, " or $1");
};

/** A small grid of numbers in colour; broad ones leave the digits out. */
function cells(terms, field, palette, max) {
  const rows = unique(terms.map((term) => term.row)), columns = unique(terms.map((term) => term.column));
  const hasNumbers = columns.length <= WITH_NUMBERS;
  if (rows.length * columns.length > MOST_CELLS) {
    const canvas = el("canvas", { className: "cells-map", role: "img", "aria-label": `${field}: ${terms.length} numbers up to ${fixed(max)}` });
    drawMap(canvas, terms.map((term) => term[field]), [rows.length, columns.length], palette, max);
    return canvas;
  }
  const grid = el("div", { className: `cells ${hasNumbers ? (columns.length === 3 ? "three" : "") : "small"}`, role: "img", "aria-label": `${field}: ${terms.map((term) => fixed(term[field])).join(", ")}` });
  grid.style.setProperty("--columns", columns.length);
  for (const row of rows) {
    for (const column of columns) {
      const term = terms.find((each) => each.row === row && each.column === column);
      const value = term ? term[field] : 0;
      const { background, ink } = colourOf(value, palette, max);
      const cell = el("span", { title: fixed(value, 3), textContent: hasNumbers ? fixed(value) : "" });
      Object.assign(cell.style, { background, color: ink });
      grid.append(cell);
    }
  }
  return grid;
}
