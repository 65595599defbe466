/** Maps as a grid of tiles, each a button that enlarges it. */

import { el } from "./dom.js";
import { enlarge } from "./map-dialog.js";

/** How a single map is laid out: a matrix may be much broader or taller than it is the other way. */
const single = (width, height) => (width > 2 * height ? "broad" : height > 2 * width ? "tall" : "wide");

export class Tiles {
  #tiles = [];
  #layer;
  #name;
  #zeroState;

  /** @param label what the tiles are; @param name tells a map by its numbers, as "map 3"; @param zeroState says of a map that is zero everywhere what that is called; null for others. */
  constructor(layer, label, name, zeroState) {
    this.#layer = layer;
    this.#name = name;
    this.#zeroState = zeroState;
    this.element = el("div", { className: "tiles", role: "group", "aria-label": label });
  }

  /** @param strip the maps side by side without a gap; @param maps their numbers. */
  draw(strip, maps) {
    const [width, height] = [strip.width / maps.length, strip.height];
    while (this.#tiles.length < maps.length) this.#add();
    this.#tiles.splice(maps.length).forEach((tile) => tile.button.remove());
    this.element.className = `tiles ${maps.length === 1 ? single(width, height) : ""}`.trim();
    maps.forEach((map, i) => this.#tiles[i].draw(strip, i * width, width, height, map, this.#name(map)));
  }

  #add() {
    const tile = new Tile(this.#layer, this.#zeroState);
    tile.button.onclick = () => enlarge(this.#layer, this.#tiles.map((each) => each.content), this.#tiles.indexOf(tile), tile.button);
    this.#tiles.push(tile);
    this.element.append(tile.button);
  }
}

class Tile {
  #canvas = el("canvas");
  #layer;
  #zeroState;

  constructor(layer, zeroState) {
    this.#layer = layer;
    this.#zeroState = zeroState;
    this.button = el("button", { type: "button", className: "tile" }, this.#canvas);
  }

  draw(strip, left, width, height, map, name) {
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
    }
    this.#canvas.getContext("2d").drawImage(strip, left, 0, width, height, 0, 0, width, height);
    const state = this.#zeroState(map);
    this.button.classList.toggle("zero", state !== null);
    this.button.dataset.map = `${this.#layer} ${name}`; // whatever its state: the same map of another network may be silent
    this.button.setAttribute("aria-label", `${this.#layer} ${[name, state].filter(Boolean).join(", ")}`);
    this.content = { canvas: this.#canvas, map, name, state };
  }
}
