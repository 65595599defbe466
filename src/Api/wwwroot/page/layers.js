/** The layers of a network in order, each as a grid of its feature maps for one digit. */

import * as api from "./api.js";
import { count, el, say } from "./dom.js";
import { Tiles } from "./tiles.js";

const FIRST = 16;

/** The kind of a layer, where the name determines it: code and output differ between architectures. */
const KINDS = [
  [/^conv/, "convolution"], [/^deconv/, "transposed convolution"], [/^pool/, "max pooling"], [/^unpool/, "unpooling"], [/^hidden/, "dense"],
];

const isVector = ([, height, width]) => height === 1 && width === 1;

export class LayerView {
  #reference;
  #layer;
  #total;
  #tiles;
  #silent = el("span", { className: "silent-count" });

  constructor(reference, layer) {
    this.#reference = reference;
    this.#layer = layer;
    this.#total = isVector(layer.shape) ? 1 : layer.shape[0];
    this.#tiles = new Tiles(layer.name, `Maps of ${layer.name}`, (map) => `map ${map.index}`, (map) => (map.silent ? "silent for this digit" : null));
    this.element = el("section", { className: "stage", "data-layer": layer.name },
      el("header", {}, el("h5", { textContent: layer.name }), el("p", { className: "hint", textContent: this.#describe() }), this.#silent),
      this.#tiles.element);
  }

  #describe() {
    const kind = KINDS.find(([pattern]) => pattern.test(this.#layer.name))?.[1];
    const shape = isVector(this.#layer.shape) ? `${this.#layer.shape[0]} values` : this.#layer.shape.join("×");
    const parameters = this.#layer.parameters > 0 ? `${count(this.#layer.parameters)} parameters` : null;
    return [kind, shape, parameters].filter(Boolean).join(" · ");
  }

  /** @param options {all, range, palette}: how the user wants the maps. */
  async update(pixels, options) {
    const shown = options.all ? this.#total : Math.min(FIRST, this.#total);
    const path = `/v1/checkpoints/${this.#reference}/layers/${this.#layer.name}/tiles`;
    const query = `count=${shown}&columns=${shown}&scale=1&gap=0&range=${options.range}&palette=${options.palette}`;
    const [bitmap, numbers] = await Promise.all([api.image(`${path}?${query}`, { pixels }), api.post(`${path}?count=${shown}`, { pixels })]);
    this.#tiles.draw(bitmap, numbers.maps);
    say(this.#silent, numbers.silent > 0 ? `${numbers.silent} of ${this.#total} silent for this digit` : "");
  }
}
