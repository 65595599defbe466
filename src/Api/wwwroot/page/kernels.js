/** The weights that a layer has learned, as tiles. They are the network's own, whatever the digit. */

import * as api from "./api.js";
import { count, el, say } from "./dom.js";
import { Tiles } from "./tiles.js";

const FIRST = 16;
const MOST = 512; // of the widest layer's 4,096

export class Kernels {
  #reference;
  #layer;
  #tiles;
  #facts = el("p", { className: "hint" });

  constructor(reference, layer) {
    this.#reference = reference;
    this.#layer = layer;
    this.#tiles = new Tiles(layer.name, `Kernels of ${layer.name}`, nameOf, (kernel) => (kernel.zero ? "zero everywhere" : null));
    this.element = el("section", { className: "stage", "data-kernels": layer.name },
      el("header", {}, el("h4", { textContent: layer.name }), this.#facts), this.#tiles.element);
  }

  /** @param options {all, range, palette}: how the user wants the maps. */
  async update(options) {
    const path = `/v1/checkpoints/${this.#reference}/kernels/${this.#layer.name}/tiles`;
    const shown = options.all ? MOST : FIRST;
    const query = `count=${shown}&columns=${shown}&scale=1&gap=0&range=${options.range}&palette=${options.palette}`;
    const [strip, numbers] = await Promise.all([api.image(`${path}?${query}`), api.get(`${path}?count=${shown}`)]);
    this.#tiles.draw(strip, numbers.kernels);
    const weights = numbers.shape.reduce((product, size) => product * size, 1);
    const total = (weights * numbers.kernels.length) / (strip.width * strip.height);
    const part = total > numbers.kernels.length ? ` · the first ${numbers.kernels.length} of ${count(total)}` : "";
    say(this.#facts, `${count(weights)} weights, ${numbers.shape.join("×")}${part}`);
  }
}

function nameOf({ index, from, to }) {
  if (from !== null && to !== null) return `kernel ${index}, from map ${from} to map ${to}`;
  if (to !== null) return `weights to unit ${to}`;
  return from !== null ? `weights from unit ${from}` : "all weights";
}
