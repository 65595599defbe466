/** A whole network as its named stages in order, each as the tiles of its maps for one digit. */

import * as api from "./api.js";
import { count, el, say } from "./dom.js";
import { enlarge } from "./enlarge.js";

const FIRST = 16;

/** What a stage does, where its name tells: the code and the output are made differently by each network. */
const KINDS = [
  [/^conv/, "convolution"], [/^deconv/, "transposed convolution"], [/^pool/, "max pooling"], [/^unpool/, "unpooling"], [/^hidden/, "dense"],
];

const isVector = ([, height, width]) => height === 1 && width === 1;

export class Stage {
  #reference;
  #layer;
  #total;
  #tiles = [];
  #grid = el("div", { className: "tiles", role: "group" });
  #dead = el("span", { className: "dead-count" });

  constructor(reference, layer) {
    this.#reference = reference;
    this.#layer = layer;
    this.#total = isVector(layer.shape) ? 1 : layer.shape[0];
    this.#grid.setAttribute("aria-label", `Maps of ${layer.name}`);
    this.element = el("section", { className: "stage", "data-layer": layer.name },
      el("header", {}, el("h5", { textContent: layer.name }), el("p", { className: "hint", textContent: this.#describe() }), this.#dead),
      this.#grid);
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
    const [bitmap, numbers] = await Promise.all([api.picture(`${path}?${query}`, { pixels }), api.post(`${path}?count=${shown}`, { pixels })]);
    this.#draw(bitmap, numbers.maps);
    say(this.#dead, numbers.dead > 0 ? `${numbers.dead} of ${this.#total} dead` : "");
  }

  #draw(strip, maps) {
    const [width, height] = [strip.width / maps.length, strip.height];
    while (this.#tiles.length < maps.length) this.#add();
    this.#tiles.splice(maps.length).forEach((tile) => tile.button.remove());
    this.#grid.classList.toggle("wide", maps.length === 1);
    maps.forEach((map, i) => this.#tiles[i].draw(strip, i * width, width, height, map));
  }

  #add() {
    const tile = new Tile(this.#layer.name);
    tile.button.onclick = () => enlarge(this.#layer, this.#tiles.map((each) => each.content), this.#tiles.indexOf(tile), tile.button);
    this.#tiles.push(tile);
    this.#grid.append(tile.button);
  }
}

class Tile {
  #canvas = el("canvas");
  #layer;

  constructor(layer) {
    this.#layer = layer;
    this.button = el("button", { type: "button", className: "tile" }, this.#canvas);
  }

  draw(strip, left, width, height, map) {
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
    }
    this.#canvas.getContext("2d").drawImage(strip, left, 0, width, height, 0, 0, width, height);
    this.button.classList.toggle("dead", map.dead);
    this.button.setAttribute("aria-label", `${this.#layer} map ${map.index}${map.dead ? ", dead" : ""}`);
    this.content = { canvas: this.#canvas, map };
  }
}
