/** Pooling and the ways back: a 4×4 part of a map, its maxima and where they stood, and what zero-fill, nearest neighbour and switches make of it. */

import * as api from "./api.js";
import { el, loss, say } from "./dom.js";
import { latest, REST } from "./latest.js";
import { colourOf, drawImage, fixed, largest } from "./palette.js";
import { mapOf } from "./tensors.js";

const WAYS = {
  zero: ["Zero-fill", "at the top left, the rest 0", "zero-unpool"],
  nearest: ["Nearest", "in all four places", "nearest-unpool"],
  switch: ["Switches", "where the maximum was", "switch-unpool"],
};

export class UnpoolingView {
  #where = el("p", { className: "hint" });
  #before = el("div", { className: "way-part" });
  #pooled = el("div", { className: "way-part" });
  #ways = new Map();
  #choices = new Map();
  #decode = el("div", { className: "decode-with", role: "group", "aria-label": "Decode with" }, "Decode with ");
  #swapped = el("p", { className: "hint" });
  #network = null;
  #pixels = null;
  #timer;

  /** @param on {decodeWith(unpooling)} */
  constructor(on) {
    for (const [way, [title, text, name]] of Object.entries(WAYS)) {
      const part = {
        block: el("div", { className: "block-cells" }), error: el("p", {}), picture: el("canvas", { role: "img", "aria-label": `Decoded with ${title.toLowerCase()}` }),
        mse: el("output", { className: "unit-result" }), own: el("canvas", { role: "img", "aria-label": `${name}, trained its own way` }), ownMse: el("output", { className: "unit-result" }),
      };
      part.element = el("section", { className: "way", "data-way": way }, el("h4", { textContent: title }), el("p", { className: "hint", textContent: text }),
        el("div", { className: "way-line" }, part.block, part.error), el("div", { className: "way-line" }, part.picture, el("p", {}, el("span", { className: "hint", textContent: "MSE" }), el("br"), part.mse)),
        el("div", { className: "way-line way-own" }, part.own, el("p", {}, el("span", { className: "hint", textContent: `${name}, trained so` }), el("br"), part.ownMse)));
      this.#ways.set(way, part);
      const choice = el("button", { type: "button", className: "link", textContent: title.toLowerCase(), "aria-pressed": "false" });
      choice.onclick = () => on.decodeWith(way);
      this.#choices.set(way, choice);
      this.#decode.append(choice, " ");
    }
    this.element = el("div", { className: "unpooling", hidden: true },
      el("header", {}, el("h4", { textContent: "Pooling, and three ways back" }), this.#where, this.#decode),
      el("div", { className: "way-columns" },
        el("div", { className: "way-parts" }, this.#before, this.#pooled, this.#swapped), ...[...this.#ways.values()].map((part) => part.element)));
  }

  update(network, layer, tensors, at, pixels) {
    if (network !== this.#network || pixels !== this.#pixels) {
      [this.#network, this.#pixels] = [network, pixels];
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#reconstruct(), REST);
    }
    const pool = layer.kind === "pool" ? layer : poolOf(network, layer);
    const full = network.before(pool.name);
    const maps = tensors.get(full.name), pooled = tensors.get(pool.name), switches = tensors.get(`${pool.name}.switches`);
    const map = Math.min(at.map, pooled.shape[0] - 1);
    const [, height, width] = pooled.shape;
    const scale = layer.shape[1] / height; // of an unpooled map, whose values stand twice as close
    const top = Math.min(height - 2, Math.floor(at.row / scale)), left = Math.min(width - 2, Math.floor(at.column / scale));
    const values = mapOf(maps, map), small = mapOf(pooled, map), places = mapOf(switches, map);
    const most = largest(values) || 1;
    const cell = (row, column) => values[(2 * top + row) * 2 * width + 2 * left + column];
    const max = (row, column) => small[(top + row) * width + left + column];
    const place = (row, column) => places[(top + row) * width + left + column];
    say(this.#where, `map ${map} of ${full.name}, rows ${2 * top}–${2 * top + 3}, columns ${2 * left}–${2 * left + 3}`);
    const isMax = (row, column) => place(row >> 1, column >> 1) === 2 * (row % 2) + (column % 2);
    this.#before.replaceChildren(el("h4", { textContent: full.name }), el("p", { className: "hint", textContent: "the largest of each four stays" }), grid(4, cell, most, isMax));
    this.#pooled.replaceChildren(el("h4", { textContent: pool.name }), el("p", { className: "hint", textContent: "maxima, and where they stood" }), grid(2, max, most),
      grid(2, place, 0, () => false, ["↖", "↗", "↙", "↘"]));
    const made = {
      zero: (row, column) => (row % 2 === 0 && column % 2 === 0 ? max(row >> 1, column >> 1) : 0),
      nearest: (row, column) => max(row >> 1, column >> 1),
      switch: (row, column) => (isMax(row, column) ? max(row >> 1, column >> 1) : 0),
    };
    for (const [way, part] of this.#ways) {
      part.block.replaceChildren(grid(4, made[way], most));
      let error = 0;
      for (let i = 0; i < 16; i++) error += (made[way](i >> 2, i % 4) - cell(i >> 2, i % 4)) ** 2;
      part.error.replaceChildren(el("span", { className: "hint", textContent: "squared error" }), el("br"), el("strong", { textContent: fixed(error) }));
    }
    say(this.#swapped, network.unpoolings.length === 0 ? "The weights of a network with a narrow code are decoded in its own way only."
      : `${network.settings.architecture} learned with ${WAYS[network.unpooling][0].toLowerCase()}. With the same weights and another way back, the loss jumps. Below: the three examples, each trained with its own way.`);
  }

  /** @param way which one the page decodes with. */
  choose(way) {
    for (const [name, choice] of this.#choices) choice.setAttribute("aria-pressed", String(name === way));
  }

  #reconstruct = latest(async () => {
    const [network, pixels] = [this.#network, this.#pixels];
    for (const [way, part] of this.#ways) {
      const can = network.unpoolings.includes(way);
      part.picture.parentElement.hidden = !can;
      this.#choices.get(way).hidden = !can;
      if (!can) continue;
      const query = way === network.unpooling ? "" : `?unpooling=${way}`;
      const { pixels: output, mse } = await api.post(`${network.path}/reconstruction${query}`, { pixels });
      drawImage(part.picture, output, network.imageShape);
      say(part.mse, loss(mse));
    }
    this.#decode.hidden = network.unpoolings.length === 0;
    for (const [way, part] of this.#ways) {
      const isOfDigits = `${network.imageShape}` === "1,28,28";
      part.own.parentElement.hidden = !isOfDigits;
      if (!isOfDigits) continue;
      const { pixels: output, mse } = await api.post(`/v1/checkpoints/example-${WAYS[way][2]}/reconstruction`, { pixels });
      drawImage(part.own, output, network.imageShape);
      say(part.ownMse, loss(mse));
    }
  });
}

/** The pooling that an unpooling undoes: the last that is not yet undone. */
function poolOf(network, layer) {
  const pools = network.layers.filter((each) => each.kind === "pool");
  const before = network.layers.slice(0, network.layers.indexOf(layer)).filter((each) => each.kind === "unpool").length;
  return pools[pools.length - 1 - before];
}

function grid(size, valueAt, most, isMarked = () => false, words = null) {
  const element = el("div", { className: `cells ${words ? "plain" : ""}`, role: "img" });
  element.style.setProperty("--columns", size);
  const spoken = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const value = valueAt(row, column);
      const text = words ? words[value] : fixed(value);
      spoken.push(text);
      const cell = el("span", { textContent: text, className: isMarked(row, column) ? "marked" : "" });
      if (!words) {
        const { background, ink } = colourOf(value, "viridis", most);
        Object.assign(cell.style, { background, color: ink });
      }
      element.append(cell);
    }
  }
  element.setAttribute("aria-label", spoken.join(", "));
  return element;
}
