/**
 * A network as a picture: each layer a block of its maps, as large as it has values, so that the hourglass is true; behind the blocks a band
 * and the edges. Each block is one tab stop; arrows choose a map, Enter opens it.
 */

import { count, el, say, svg } from "./dom.js";
import { describe, fieldsOf, operatorOf, shapeText } from "./network.js";
import { colourNamed, drawImage, isSigned, largest, put } from "./palette.js";
import { isVector, mapOf } from "./tensors.js";

const SCALES = [3, 2, 1, 0.5, 0.25];
const GAP = 24; // px between two blocks, at least
const BARS = 128; // px: a vector's bars are this wide
const BAR_HEIGHT = 96;
const BESIDE = 90; // px that a layer's name takes beside its maps

export class Strip {
  #blocks;
  #band = svg("svg", { class: "band", "aria-hidden": "true" });
  #frames = svg("svg", { class: "frames", "aria-hidden": "true" });
  #row = el("div", { className: "blocks" });
  #selected = null;
  #scale = 2;
  #mode = { range: "map", palette: "viridis" };
  #signature = "";

  /** @param on {open(layer, map)}: a map was chosen. */
  constructor(network, on) {
    this.network = network;
    this.#blocks = network.stages.map((stage) => new Block(stage, on));
    this.#row.append(...this.#blocks.map((block) => block.element));
    this.element = el("div", { className: "strip", role: "group", "aria-label": `The layers of ${network.title}` }, this.#band, this.#row, this.#frames);
    new ResizeObserver(() => this.#layout()).observe(this.element);
  }

  /** Whether the layers stand below one another, as on a phone. */
  get isTall() {
    return this.element.classList.contains("tall");
  }

  block(name) {
    return this.#blocks.find((block) => block.stage.name === name);
  }

  /** @param tensors the values of every layer; @param mode {range: map|layer, palette: viridis|grey, unpooling: where it is not the network's own} */
  update(tensors, mode = this.#mode) {
    this.#mode = mode;
    this.tensors = tensors;
    this.element.classList.toggle("switched", this.#isSwitched);
    for (const block of this.#blocks) block.draw(tensors.get(block.stage.name), mode);
    if (this.#blocks.some((block) => block.width === 0)) this.#layout();
    else {
      this.#drawBand();
      this.#drawFrames();
    }
  }

  redraw() {
    if (this.tensors) this.update(this.tensors);
  }

  /**
   * @param unit {layer, map, row, column, shares, reaches}: shares says how much each map of the layer before gave, reaches which part of
   * the output the value can change; null for none.
   */
  select(unit) {
    this.#selected = unit;
    for (const block of this.#blocks) block.element.classList.toggle("chosen", block.stage.name === unit?.layer);
    this.#drawFrames();
  }

  #layout() {
    const width = this.element.clientWidth;
    if (width === 0) return;
    const isNarrow = width < 560;
    this.element.classList.toggle("tall", isNarrow);
    const fits = (scale) => isNarrow
      ? Math.max(...this.#blocks.map((block) => block.measure(scale).width)) <= width
      : this.#blocks.reduce((sum, block) => sum + Math.max(block.measure(scale).width, 28), 0) + GAP * (this.#blocks.length - 1) <= width;
    for (const block of this.#blocks) block.spread(null);
    this.#scale = SCALES.slice(width > 1000 || isNarrow ? 0 : 1).find(fits) ?? SCALES.at(-1);
    if (isNarrow) for (const block of this.#blocks) block.spread(width, this.#scale);
    const sizes = this.#blocks.map((block) => block.measure(this.#scale));
    const height = Math.max(...sizes.map((size) => size.height));
    this.#blocks.forEach((block, i) => block.element.classList.toggle("wide", isNarrow && sizes[i].width > width - 2 * BESIDE));
    this.#blocks.forEach((block, i) => block.place(sizes[i], isNarrow ? null : height));
    this.#drawBand();
    this.#drawFrames();
  }

  /** What pinches between two blocks, and an edge from each row of the one before to each column of maps. */
  #drawBand() {
    const boxes = this.#boxes();
    const key = [this.#isSwitched, ...boxes.map((box) => [box.left, box.top, box.right, box.bottom].map(Math.round))].join();
    if (key === this.#signature) return;
    this.#signature = key;
    const { isTall } = this;
    const shapes = boxes.slice(1).flatMap((to, i) => {
      const from = boxes[i];
      const ends = (box, n) => Array.from({ length: n }, (_, at) => isTall ? box.left + ((at + 0.5) * (box.right - box.left)) / n : box.top + ((at + 0.5) * (box.bottom - box.top)) / n);
      const lines = Math.max(edgesOf(this.#blocks[i].stage), edgesOf(this.#blocks[i + 1].stage));
      const curve = (a, b) => isTall
        ? `M${a} ${from.bottom}C${a} ${(from.bottom + to.top) / 2} ${b} ${(from.bottom + to.top) / 2} ${b} ${to.top}`
        : `M${from.right} ${a}C${(from.right + to.left) / 2} ${a} ${(from.right + to.left) / 2} ${b} ${to.left} ${b}`;
      const middle = isTall ? (from.bottom + to.top) / 2 : (from.right + to.left) / 2;
      const shape = isTall
        ? `M${from.left} ${from.bottom}C${from.left} ${middle} ${to.left} ${middle} ${to.left} ${to.top}L${to.right} ${to.top}C${to.right} ${middle} ${from.right} ${middle} ${from.right} ${from.bottom}Z`
        : `M${from.right} ${from.top}C${middle} ${from.top} ${middle} ${to.top} ${to.left} ${to.top}L${to.left} ${to.bottom}C${middle} ${to.bottom} ${middle} ${from.bottom} ${from.right} ${from.bottom}Z`;
      const [starts, stops] = [ends(from, lines), ends(to, lines)];
      return [svg("path", { class: "flow", d: shape }), ...starts.map((start, at) => svg("path", { class: "edge", d: curve(start, stops[at]) }))];
    });
    this.#band.replaceChildren(...shapes, ...(this.#isSwitched && !isTall ? this.#switches(boxes) : []));
  }

  /** From each pooling to the unpooling that its switches lead, the inner pair above the outer. */
  #switches(boxes) {
    const at = (kind) => this.#blocks.flatMap(({ stage }, i) => (stage.kind === kind ? [{ stage, box: boxes[i] }] : []));
    const unpools = at("unpool");
    const top = Math.max(...boxes.map((box) => box.bottom)) + 18;
    return at("pool").reverse().flatMap(({ stage, box }, i) => {
      const from = (box.left + box.right) / 2, to = (unpools[i].box.left + unpools[i].box.right) / 2, y = top + i * 30, end = unpools[i].box.bottom + 3;
      const turn = 10;
      const line = `M${from} ${box.bottom + 3}V${y - turn}Q${from} ${y} ${from + turn} ${y}H${to - turn}Q${to} ${y} ${to} ${y - turn}V${end + 5}`;
      const words = svg("text", { x: (from + to) / 2, y: to - from < 160 ? y + 15 : y + 4, "text-anchor": "middle" });
      words.textContent = `${count(stage.shape.reduce((a, b) => a * b))} switches of ${stage.name}`;
      return [svg("path", { class: "switches", d: line }), svg("path", { class: "switches head", d: `M${to - 4} ${end + 7}L${to} ${end}L${to + 4} ${end + 7}Z` }), words];
    });
  }

  /** Whether the decoder is led by the places of the maxima. */
  get #isSwitched() {
    return (this.#mode.unpooling ?? this.network.unpooling) === "switch";
  }

  /** The chosen value's field on every earlier layer, and from which maps it comes. */
  #drawFrames() {
    const unit = this.#selected;
    const marks = [];
    if (unit) {
      const boxes = new Map(this.#boxes().map((box, i) => [this.#blocks[i].stage.name, box]));
      const fields = unit.row === undefined ? new Map() : fieldsOf(this.network, unit.layer, { top: unit.row, left: unit.column, height: 1, width: 1 });
      for (const [name, field] of fields) {
        const block = this.block(name);
        if (isVector(block.stage.shape)) continue;
        const maps = name === unit.layer ? [unit.map] : block.maps;
        for (const map of maps) marks.push(frame(block.boxOf(boxes.get(name), map, field), name === unit.layer ? "here" : "seen"));
      }
      if (unit.reaches && unit.layer !== "output") marks.push(frame(this.block("output").boxOf(boxes.get("output"), 0, unit.reaches), "reached"));
      const block = this.block(unit.layer);
      const box = boxes.get(unit.layer);
      if (block && box) {
        const tile = block.boxOf(box, unit.map);
        marks.push(frame(tile, "tile"));
        marks.push(...this.#edges(unit, boxes, tile));
      }
    }
    this.#frames.replaceChildren(...marks);
  }

  #edges(unit, boxes, tile) {
    const before = this.network.before(unit.layer);
    if (!unit.shares || !before || this.isTall) return [];
    const block = this.block(before.name);
    const most = Math.max(...unit.shares.map((share) => Math.abs(share)));
    if (!(most > 0)) return [];
    return unit.shares.map((share, map) => {
      const strength = Math.abs(share) / most;
      if (strength < 0.08) return null;
      const from = block.boxOf(boxes.get(before.name), map);
      const [x, y, toX, toY] = [boxes.get(before.name).right, from.y + from.height / 2, tile.x, tile.y + tile.height / 2];
      const middle = (x + boxes.get(unit.layer).left) / 2;
      return svg("path", { class: "share", d: `M${x} ${y}C${middle} ${y} ${middle} ${toY} ${toX} ${toY}`, "stroke-width": (0.6 + 3.2 * strength).toFixed(1), opacity: (0.35 + 0.65 * strength).toFixed(2) });
    }).filter(Boolean);
  }

  #boxes() {
    const own = this.element.getBoundingClientRect();
    return this.#blocks.map((block) => {
      const { left, top, right, bottom } = block.canvas.getBoundingClientRect();
      return { left: left - own.left, top: top - own.top, right: right - own.left, bottom: bottom - own.top };
    });
  }
}

const edgesOf = ({ shape }) => (isVector(shape) ? 8 : Math.min(10, Math.max(1, gridOf(shape[0]).rows * 2)));

const frame = ({ x, y, width, height }, kind) => svg("rect", { class: kind, x: x - 0.5, y: y - 0.5, width: width + 1, height: height + 1 });

/** 16 maps stand as 4 × 4, 32 as 8 × 4. */
function gridOf(maps) {
  const rows = 2 ** Math.floor(Math.log2(Math.max(1, Math.sqrt(maps))));
  return { rows, columns: Math.ceil(maps / rows) };
}

class Block {
  canvas = el("canvas");
  width = 0;
  #button;
  #at = 0;
  #columns = null;
  #drawnColumns;
  #mode;
  #silent = el("span", { className: "silent-count" });

  constructor(stage, on) {
    this.stage = stage;
    this.isVector = isVector(stage.shape);
    this.isImage = stage.name === "input" || stage.name === "output";
    const [first, second] = operatorOf(stage);
    const many = this.isVector ? `${stage.shape[0]} numbers` : `${stage.shape[0]} ${stage.shape[0] === 1 ? "map" : "maps"} of ${stage.shape[1]}×${stage.shape[2]}`;
    this.#button = el("button", { type: "button", className: "maps", "aria-label": `${stage.name}: ${many}${stage.name === "input" ? "" : `, ${describe(stage)}`}` }, this.canvas);
    this.element = el("div", { className: "block", "data-layer": stage.name },
      el("p", { className: "block-name" }, el("strong", { textContent: stage.name }), el("br"), shapeText(stage.shape)),
      el("p", { className: "block-operator" }, first, el("br"), second),
      el("div", { className: "block-maps" }, this.#button), this.#silent);
    this.#button.onclick = (event) => {
      if (stage.name === "input") return;
      if (event.detail > 0) this.#at = this.#mapAt(event);
      on.open(stage.name, this.#at);
    };
    this.#button.onkeydown = (event) => this.#key(event, on);
    if (stage.name === "input") this.#button.disabled = true;
  }

  get maps() {
    return Array.from({ length: this.isVector ? 1 : this.stage.shape[0] }, (_, map) => map);
  }

  get grid() {
    if (this.isImage) return { rows: 1, columns: 1 };
    const own = gridOf(this.stage.shape[0]);
    const columns = this.#columns ?? own.columns;
    return { rows: Math.ceil(this.stage.shape[0] / columns), columns };
  }

  /** Lays the maps in as many columns, doubled from their own, as the width holds; null for their own. */
  spread(width, scale) {
    this.#columns = null;
    if (width === null || this.isVector || this.isImage) return;
    const [maps, , side] = this.stage.shape;
    let { columns } = this.grid;
    while (columns < maps && scale * (2 * columns * (side + 1) - 1) <= width) columns *= 2;
    this.#columns = columns;
  }

  measure(scale) {
    if (this.isVector) return { width: Math.min(BARS, Math.max(24, 8 * this.stage.shape[0])), height: BAR_HEIGHT, scale: 1 };
    const [, height, width] = this.stage.shape;
    const { rows, columns } = this.grid;
    return { width: scale * (columns * (width + 1) - 1), height: scale * (rows * (height + 1) - 1), scale };
  }

  place({ width, height, scale }, room) {
    [this.width, this.scale] = [width, scale];
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.element.style.width = room === null ? "" : `${Math.max(28, width)}px`;
    this.element.querySelector(".block-maps").style.height = room === null ? "" : `${room}px`;
    if (this.tensor && this.grid.columns !== this.#drawnColumns) this.draw(this.tensor, this.#mode);
  }

  draw(tensor, mode) {
    if (!tensor) return;
    const { range, palette } = this.#mode = mode;
    this.tensor = tensor;
    const { shape: [maps, height, width], data } = tensor;
    if (this.isImage) drawImage(this.canvas, data, tensor.shape);
    else if (this.isVector) drawBars(this.canvas, data, Math.min(BARS, Math.max(24, 8 * maps)), BAR_HEIGHT);
    else {
      const { rows, columns } = this.grid;
      this.#drawnColumns = columns;
      const image = new ImageData(columns * (width + 1) - 1, rows * (height + 1) - 1);
      const ofLayer = range === "layer" ? largest(data) : 0;
      const colours = isSigned(data) ? "diverging" : palette;
      for (let map = 0; map < maps; map++) {
        const values = mapOf(tensor, map);
        put(image, Math.floor(map / columns) * (height + 1), (map % columns) * (width + 1), values, height, width, colours, ofLayer || largest(values));
      }
      if (this.canvas.width !== image.width || this.canvas.height !== image.height) Object.assign(this.canvas, { width: image.width, height: image.height });
      this.canvas.getContext("2d").putImageData(image, 0, 0);
      const silent = this.silent = this.maps.filter((map) => mapOf(tensor, map).every((value) => value === 0));
      say(this.#silent, silent.length > 0 ? `${silent.length} silent` : "");
    }
  }

  /** Where a map, or a field within it, is in the strip. @param box where the block is. */
  boxOf(box, map, field) {
    if (this.isVector) {
      const step = (box.right - box.left) / this.stage.shape[0];
      return { x: box.left + map * step, y: box.top, width: step, height: box.bottom - box.top };
    }
    const [, height, width] = this.stage.shape;
    const at = this.isImage ? 0 : map;
    const { columns } = this.grid;
    const [left, top] = [box.left + this.scale * (at % columns) * (width + 1), box.top + this.scale * Math.floor(at / columns) * (height + 1)];
    const { top: row, left: column, height: rows, width: across } = field ?? { top: 0, left: 0, height, width };
    return { x: left + this.scale * column, y: top + this.scale * row, width: this.scale * across, height: this.scale * rows };
  }

  #mapAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const clamp = (value, most) => Math.min(most - 1, Math.max(0, Math.floor(value)));
    if (this.isVector) return clamp(x * this.stage.shape[0], this.stage.shape[0]);
    const { rows, columns } = this.grid;
    return Math.min(this.stage.shape[0] - 1, clamp(y * rows, rows) * columns + clamp(x * columns, columns));
  }

  #key(event, on) {
    const { columns } = this.isVector ? { columns: this.stage.shape[0] } : this.grid;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (by === undefined || this.stage.name === "input") return;
    event.preventDefault();
    const next = this.#at + by;
    if (next < 0 || next >= this.stage.shape[0]) return;
    this.#at = next;
    on.open(this.stage.name, next, { isKey: true });
  }
}

/** A vector as bars up and down from zero, in the colours of signed numbers. */
export function drawBars(canvas, values, width, height) {
  const ratio = 2;
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  const context = canvas.getContext("2d");
  const [up, down, line] = ["--positive", "--negative", "--accent"].map(colourNamed);
  const most = largest(values) || 1;
  const step = canvas.width / values.length;
  const zero = canvas.height / 2;
  values.forEach((value, i) => {
    const size = (Math.abs(value) / most) * (zero - 2);
    context.fillStyle = value > 0 ? up : down;
    context.fillRect(i * step, value > 0 ? zero - size : zero, Math.max(1, step - (step > 3 ? 1.5 : 0)), size);
  });
  context.fillStyle = line;
  context.fillRect(0, zero - 1, canvas.width, 2);
}
