/** The images that the network copies best and worst, as an evaluation has found them. */

import * as api from "./api.js";
import * as calls from "./calls.js";
import { el, loss } from "./dom.js";
import { drawImage } from "./palette.js";
import { asCurl } from "./show-as.js";
import { readNpy, writeNpy } from "./tensors.js";

export class Extremes {
  #groups = new Map();
  #shown = null;
  #choose;

  /** @param choose called with {dataset, split, index} */
  constructor(choose) {
    this.#choose = choose;
    for (const [key, title] of [["worst", "Copied worst"], ["best", "Copied best"]]) this.#groups.set(key, { title, list: el("ol", { className: "extremes" }) });
    this.#labels = el("div", { className: "per-label" });
    this.element = el("section", { className: "view-part", "aria-label": "Best and worst" },
      ...[...this.#groups.values()].flatMap(({ title, list }, i) => [
        i === 0 ? el("header", { className: "card-head" }, el("h3", { textContent: title }), asCurl("the evaluation", () => calls.evaluation(this.#shown))) : el("h3", { textContent: title }), list]),
      el("h3", { textContent: "Mean error by label" }), this.#labels);
  }

  #labels;

  async update(network, evaluation) {
    if (this.#shown === evaluation.id) return;
    const { dataset, split, result } = evaluation;
    const shape = network.imageShape;
    const items = new Map(); // all at once, so that the card is never of two evaluations
    for (const key of this.#groups.keys()) {
      const images = await Promise.all(result[key].map((each) => api.get(`/v1/datasets/${dataset}/${split}/${each.index}`)));
      const originals = images.flatMap((image) => image.pixels);
      const { data } = readNpy(await api.batch(`${network.path}/reconstruction`, writeNpy([images.length, ...shape], originals)));
      const size = originals.length / images.length;
      items.set(key, result[key].map((each, i) => {
        const [original, output] = [el("canvas"), el("canvas")];
        drawImage(original, images[i].pixels, shape);
        drawImage(output, data.subarray(i * size, (i + 1) * size), shape);
        const button = el("button", { type: "button" }, original, output,
          el("span", { className: "hidden", textContent: `Show ${split} image ${each.index}, ` }), el("span", { className: "hint", textContent: `${each.label ?? `#${each.index}`} · ${loss(each.loss)}` }));
        button.onclick = () => this.#choose({ dataset, split, index: each.index });
        return el("li", {}, button);
      }));
    }
    for (const [key, { list }] of this.#groups) list.replaceChildren(...items.get(key));
    this.#shown = evaluation.id;
    const most = Math.max(...result.perLabel.map((each) => each.mean), 1e-9);
    this.#labels.replaceChildren(...result.perLabel.map(({ label, mean, count }) => {
      const bar = el("span", { className: "bar" });
      bar.style.width = `${(100 * mean) / most}%`;
      return el("p", { title: `${count} images` }, el("strong", { textContent: label }), el("span", { className: "track" }, bar), el("span", { textContent: loss(mean) }));
    }));
    if (result.perLabel.length === 0) this.#labels.replaceChildren("The data set has no labels.");
  }

  forget() {
    this.#shown = null;
  }
}
