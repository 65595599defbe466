/** One layer opened in place: its maps, one of them enlarged, and how the value under the pointer came about. */

import { count, el, outdate, say } from "./dom.js";
import { activationName, describe, fieldsOf, shapeText } from "./network.js";
import { drawImage, drawMap, fixed, isSigned, largest, number } from "./palette.js";
import { isVector, mapOf } from "./tensors.js";
import { latest } from "./latest.js";
import { refuse } from "./notifications.js";
import { UnitView } from "./unit.js";
import { drawBars } from "./strip.js";
import { UnpoolingView } from "./unpooling.js";
import { Kernels } from "./kernels.js";

const LARGE = 168; // px
const WRITTEN = 4;

export class Panel {
  #parts = {
    title: el("h3", { id: "panel-title", tabIndex: -1 }),
    facts: el("p", { className: "hint" }),
    tiles: el("div", { className: "panel-tiles", role: "group" }),
    map: el("canvas", { tabIndex: 0, role: "application" }),
    mapName: el("p", { className: "hint" }),
    value: el("output", { className: "unit-value" }),
    patch: el("canvas", { role: "img", "aria-label": "The part of the image that the value depends on" }),
    field: el("p", { className: "hint" }),
    shares: el("dl", { className: "shares" }),
    why: el("p", { className: "hint" }),
    every: el("button", { type: "button", className: "link", textContent: "Every product" }),
    back: el("button", { type: "button", className: "link", textContent: "Back to the maps", hidden: true }),
    kernels: el("button", { type: "button", className: "link", textContent: "Kernels", "aria-expanded": "false" }),
    curl: el("button", { type: "button", className: "link", textContent: "As curl" }),
    close: el("button", { type: "button", className: "link", textContent: "Close" }),
  };
  #legend = el("p", { className: "scale-legend" });
  #layerBody;
  #unit = new UnitView({ move: (row, column) => this.#move(row, column) });
  #unpooling;
  #learned = el("div", { className: "learned", hidden: true });
  #layer = null;
  #network = null;
  #at = { map: 0, row: 0, column: 0 };
  #isUnit = false;
  #on;
  #frame = svgFrame();

  /** @param on {selected(unit | null), changed(): its state is another, curl({layer, place: [map, row, column] | null}), mode(): {range, palette}, pixels(), path(), decodeWith(unpooling)} */
  constructor(on) {
    this.#on = on;
    const { title, facts, tiles, map, mapName, value, patch, field, shares, why, every, back, kernels, curl, close } = this.#parts;
    this.#unpooling = new UnpoolingView({ decodeWith: on.decodeWith });
    this.#layerBody = el("div", { className: "panel-layer" },
      el("div", { className: "panel-maps" }, tiles, this.#legend),
      el("div", { className: "panel-large" }, el("div", { className: "framed" }, map, this.#frame), mapName, value),
      el("div", { className: "panel-patch" }, patch, field),
      el("div", { className: "panel-shares" }, shares, why, every));
    this.element = el("section", { className: "panel", "aria-labelledby": "panel-title", hidden: true },
      el("header", {}, title, facts, el("span", { className: "links" }, back, kernels, curl, close)),
      this.#layerBody, this.#unit.element, this.#unpooling.element, this.#learned);
    close.onclick = () => this.close();
    every.onclick = () => this.#showUnit(true);
    back.onclick = () => this.#showUnit(false);
    curl.onclick = () => on.curl({ layer: this.#layer.name, place: this.#isUnit || this.#isPoolish ? [this.#at.map, this.#at.row, this.#at.column] : null });
    kernels.onclick = () => {
      this.#showKernels(this.#learned.hidden);
      on.changed();
    };
    map.onpointermove = (event) => event.buttons === 0 && event.pointerType === "mouse" && this.#moveTo(event);
    map.onpointerdown = (event) => this.#moveTo(event);
    map.onkeydown = (event) => this.#key(event);
    tiles.onkeydown = (event) => this.#tileKey(event);
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  get isOpen() {
    return !this.element.hidden;
  }

  get state() {
    return this.isOpen ? { layer: this.#layer.name, map: this.#at.map, at: `${this.#at.row},${this.#at.column}`, unit: this.#isUnit ? 1 : null, kernels: this.#learned.hidden ? null : 1 }
      : { layer: null, map: null, at: null, unit: null, kernels: null };
  }

  /**
   * @param at {map, row, column, isUnit, areKernelsShown}: row and column are those of the largest value where they are not given; the
   * kernels stay shown while the layer stays.
   */
  open(network, name, { map = 0, row, column, isUnit = this.#isUnit, areKernelsShown = this.#layer?.name === name && !this.#learned.hidden } = {}) {
    const isNew = this.#layer?.name !== name || this.#network !== network;
    this.#network = network;
    this.#layer = network.layer(name);
    this.#at = { map: Math.min(map, this.#layer.shape[0] - 1), row, column };
    this.element.hidden = false;
    this.#isUnit = isUnit;
    if (isNew) this.#showKernels(areKernelsShown && this.#layer.parameters > 0);
    this.#render();
  }

  close() {
    if (!this.isOpen) return;
    this.element.hidden = true;
    outdate(this.#parts.shares, false);
    this.#layer = null;
    this.#on.selected(null);
    this.#on.changed();
  }

  /** The values of another image, or of another step. */
  update(tensors) {
    this.tensors = tensors;
    if (this.isOpen) this.#render();
  }

  get #isPoolish() {
    return ["pool", "unpool"].includes(this.#layer.kind);
  }

  #render() {
    const tensor = this.tensors?.get(this.#layer.name);
    if (!tensor) return;
    const [maps, height, width] = tensor.shape;
    if (this.#at.row === undefined || this.#at.row >= height || this.#at.column >= width) {
      const values = mapOf(tensor, this.#at.map);
      const top = values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best]) ? i : best), values.length > 1 ? Math.floor(values.length / 2) : 0);
      Object.assign(this.#at, { row: Math.floor(top / width), column: top % width });
    }
    const isPairs = this.#isPoolish;
    this.#layerBody.hidden = this.#isUnit || isPairs;
    this.#unit.element.hidden = !this.#isUnit || isPairs;
    this.#unpooling.element.hidden = !isPairs;
    this.#parts.kernels.hidden = this.#layer.parameters === 0;
    this.#parts.back.hidden = !this.#isUnit || isPairs;
    const { map, row, column } = this.#at;
    const silent = Array.from({ length: maps }, (_, i) => i).filter((i) => !isVector(tensor.shape) && mapOf(tensor, i).every((value) => value === 0));
    const many = isVector(tensor.shape) ? `${maps} numbers` : `${maps} ${maps === 1 ? "map" : "maps"} of ${height}×${width}`;
    const quiet = silent.length === 0 ? null : silent.length === 1 ? `map ${silent[0]} is silent for this image` : `${silent.length} maps are silent for this image`;
    if (!this.#isUnit || isPairs) say(this.#parts.title, this.#layer.name);
    if (!this.#isUnit || isPairs) say(this.#parts.facts, [many, describe(this.#layer), this.#layer.parameters > 0 ? `${count(this.#layer.parameters)} parameters` : null, quiet].filter(Boolean).join(" · "));
    if (isPairs) this.#unpooling.update(this.#network, this.#layer, this.tensors, this.#at, this.#on.pixels());
    else {
      this.#drawTiles(tensor, silent);
      this.#drawLarge(tensor);
    }
    this.#on.selected({ layer: this.#layer.name, map, row, column });
    if (isPairs) return;
    outdate(this.#parts.shares);
    this.#explain();
  }

  #paletteOf(tensor) {
    return isSigned(tensor.data) ? "diverging" : this.#layer.name === "output" ? "grey" : this.#on.mode().palette;
  }

  #drawTiles(tensor, silent) {
    const { tiles } = this.#parts;
    const [maps, height, width] = tensor.shape;
    tiles.hidden = isVector(tensor.shape) && maps > 64;
    tiles.setAttribute("aria-label", `Maps of ${this.#layer.name}`);
    const palette = this.#paletteOf(tensor);
    const most = this.#on.mode().range === "layer" ? largest(tensor.data) : null;
    while (tiles.children.length < maps) tiles.append(this.#tile(tiles.children.length));
    [...tiles.children].slice(maps).forEach((tile) => tile.remove());
    tiles.classList.toggle("many", maps > 64);
    [...tiles.children].forEach((tile, map) => {
      const values = mapOf(tensor, map);
      if (this.#layer.name === "output" && maps === 3) drawMap(tile.firstChild, values, [height, width], "grey", 1);
      else drawMap(tile.firstChild, values, [height, width], palette, isVector(tensor.shape) ? largest(tensor.data) : palette === "grey" && this.#layer.name === "output" ? 1 : most ?? largest(values));
      const state = silent.includes(map) ? ", silent for this digit" : "";
      tile.classList.toggle("zero", silent.includes(map));
      tile.setAttribute("aria-label", `${this.#layer.name} map ${map}${state}`);
      tile.setAttribute("aria-pressed", String(map === this.#at.map));
      tile.tabIndex = map === this.#at.map ? 0 : -1;
    });
    const isOfLayer = most !== null;
    say(this.#legend, "");
    this.#legend.replaceChildren(el("span", { className: `ramp ${palette}` }), el("span", {}, el("span", { textContent: palette === "diverging" ? "−max" : "0" }),
      el("span", { textContent: this.#layer.name === "output" ? "1" : isOfLayer ? `${number(largest(tensor.data))}, the layer’s maximum` : "each map’s maximum" })));
  }

  #tile(map) {
    const tile = el("button", { type: "button", className: "tile" }, el("canvas"));
    tile.onclick = () => this.open(this.#network, this.#layer.name, { map, isUnit: false });
    return tile;
  }

  #tileKey(event) {
    const { tiles } = this.#parts;
    const columns = getComputedStyle(tiles).gridTemplateColumns.split(" ").length;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const next = this.#at.map + (by ?? 0);
    if (!by || next < 0 || next >= tiles.children.length) return;
    event.preventDefault();
    this.open(this.#network, this.#layer.name, { map: next, isUnit: false });
    tiles.children[next].focus();
  }

  #drawLarge(tensor) {
    const { map, mapName, value } = this.#parts;
    const [maps, height, width] = tensor.shape;
    const values = mapOf(tensor, this.#at.map);
    if (isVector(tensor.shape)) {
      drawBars(map, tensor.data, LARGE, LARGE);
      this.#frame.set((this.#at.map * LARGE) / maps, 0, LARGE / maps, LARGE);
      Object.assign(map.style, { width: `${LARGE}px`, height: `${LARGE}px` });
    } else {
      const pixel = Math.max(1, Math.floor(LARGE / Math.max(height, width)));
      drawMap(map, values, [height, width], this.#paletteOf(tensor), this.#layer.name === "output" ? 1 : largest(values));
      Object.assign(map.style, { width: `${pixel * width}px`, height: `${pixel * height}px` });
      this.#frame.set(pixel * this.#at.column, pixel * this.#at.row, pixel, pixel);
    }
    const place = isVector(tensor.shape) ? `number ${this.#at.map}` : `map ${this.#at.map}, row ${this.#at.row}, column ${this.#at.column}`;
    map.setAttribute("aria-label", `${this.#layer.name}, ${place}. Arrow keys move.`);
    say(mapName, place);
    const here = values[this.#at.row * width + this.#at.column];
    say(value, number(here));
    value.dataset.value = here;
    this.#drawPatch(tensor);
  }

  /** What of the image the value depends on: nothing else of it can change the value. */
  #drawPatch(tensor) {
    const { patch, field } = this.#parts;
    const [channels, height, width] = this.#network.imageShape;
    const fields = fieldsOf(this.#network, this.#layer.name, { top: this.#at.row, left: this.#at.column, height: 1, width: 1 });
    const seen = isVector(tensor.shape) ? { top: 0, left: 0, height, width } : fields.get("input");
    const pixels = this.#on.pixels();
    const part = [];
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0; y < seen.height; y++) {
        for (let x = 0; x < seen.width; x++) part.push(pixels[(channel * height + seen.top + y) * width + seen.left + x]);
      }
    }
    drawImage(patch, part, [channels, seen.height, seen.width]);
    const pixel = Math.max(1, Math.floor(LARGE / Math.max(seen.height, seen.width)));
    Object.assign(patch.style, { width: `${pixel * seen.width}px`, height: `${pixel * seen.height}px` });
    this.#fieldText = seen.height * seen.width === height * width ? "sees the whole input" : `sees ${seen.height}×${seen.width} input pixels`;
    say(field, this.#fieldText);
  }

  #fieldText = "";

  #explain = latest(async () => {
    if (!this.isOpen || this.#isPoolish) return;
    const [layer, { map, row, column }, pixels, network] = [this.#layer, this.#at, this.#on.pixels(), this.#network];
    const unit = await network.unit(layer.name, map, row, column, pixels, this.#on.path());
    if (layer !== this.#layer || map !== this.#at.map || row !== this.#at.row || column !== this.#at.column) return;
    this.#showShares(unit);
    if (!this.#isUnit) return;
    const { title, facts } = this.#unit.update(network, layer, this.#at, unit, this.tensors, pixels);
    say(this.#parts.title, title);
    say(this.#parts.facts, facts);
  }, refuse);

  #showShares({ terms, bias, preActivation, value, projectiveField }) {
    const { height, width } = projectiveField;
    const layer = this.#layer;
    const before = this.#network.before(layer.name);
    const isFromVector = isVector(before.shape);
    const sums = new Array(before.shape[0]).fill(0);
    for (const term of terms) sums[term.channel] += term.product;
    const order = sums.map((sum, map) => ({ sum, map })).sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
    const written = order.slice(0, order.length <= WRITTEN + 1 ? order.length : WRITTEN);
    const others = order.slice(written.length);
    const most = Math.max(...order.slice(0, 1).map(({ sum }) => Math.abs(sum)), Math.abs(bias), 1e-9);
    const noun = isFromVector ? "number" : "map";
    const line = (name, sum, className = "") => el("div", { className }, el("dt", { textContent: name }), el("dd", {}, bar(sum, most), el("span", { textContent: fixed(sum) })));
    this.#parts.shares.replaceChildren(
      ...written.map(({ sum, map }) => line(`${noun} ${map}`, sum)),
      ...(others.length > 0 ? [line(`${others.length} others`, others.reduce((total, { sum }) => total + sum, 0))] : []),
      line("bias", bias),
      el("div", { className: "total" }, el("dt", { textContent: "sum" }), el("dd", { textContent: fixed(preActivation, 3) })));
    const output = this.#network.imageShape;
    const reach = layer.name === "output" ? "" : height * width === output[1] * output[2] ? "; it reaches the whole output" : `; it reaches ${height}×${width} output pixels`;
    say(this.#parts.field, this.#fieldText + reach);
    outdate(this.#parts.shares, false);
    const kept = layer.activation === "relu" ? (preActivation > 0 ? "positive: ReLU keeps it" : "not positive: ReLU makes it 0")
      : layer.activation === "linear" ? "linear: the sum is the value" : `${activationName(layer.activation)} makes ${number(value)} of it`;
    say(this.#parts.why, `from ${before.name === "input" ? "the input" : `${shapeText(before.shape)} of ${before.name}`}; ${kept}`);
    this.#on.selected({ layer: layer.name, ...this.#at, shares: sums, reaches: projectiveField });
  }

  #showUnit(isUnit) {
    this.#isUnit = isUnit;
    this.#render();
    (isUnit ? this.#unit.element : this.#parts.every).focus({ preventScroll: true });
  }

  #move(row, column) {
    const [, height, width] = this.#layer.shape;
    if (row < 0 || column < 0 || row >= height || column >= width) return;
    Object.assign(this.#at, { row, column });
    this.#render();
  }

  #moveTo(event) {
    const box = this.#parts.map.getBoundingClientRect();
    const [maps, height, width] = this.#layer.shape;
    const within = (share, size) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (isVector(this.#layer.shape)) {
      if (within(x, maps) !== this.#at.map) this.open(this.#network, this.#layer.name, { map: within(x, maps), row: 0, column: 0, isUnit: false });
    } else if (within(y, height) !== this.#at.row || within(x, width) !== this.#at.column) this.#move(within(y, height), within(x, width));
  }

  #key(event) {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!by) return;
    event.preventDefault();
    if (isVector(this.#layer.shape)) {
      const map = this.#at.map + by[0] + by[1];
      if (map >= 0 && map < this.#layer.shape[0]) this.open(this.#network, this.#layer.name, { map, row: 0, column: 0, isUnit: false });
    } else this.#move(this.#at.row + by[0], this.#at.column + by[1]);
  }

  #showKernels(isShown) {
    this.#learned.hidden = !isShown;
    this.#parts.kernels.setAttribute("aria-expanded", String(isShown));
    if (!isShown) return;
    const kernels = new Kernels(this.#network.checkpoint.id, this.#layer);
    this.#learned.replaceChildren(kernels.element,
      el("p", { className: "hint", textContent: "The weights of the layer, whatever the image. Mid-grey is zero, lighter is positive, darker is negative." }));
    kernels.update({ all: false, range: this.#on.mode().range === "layer" ? "layer" : "tile", palette: "gray" }).catch(refuse);
  }
}

const bar = (value, most) => {
  const element = el("span", { className: `bar ${value < 0 ? "negative" : "positive"}`, "aria-hidden": "true" });
  element.style.width = `${(32 * Math.min(1, Math.abs(value) / most)).toFixed(1)}px`;
  return element;
};

/** A frame over a canvas. */
function svgFrame() {
  const element = el("span", { className: "mark", "aria-hidden": "true" });
  element.set = (left, top, width, height) => Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  return element;
}
