/** What the network gets, what it gives back, and where the two differ; one row a checkpoint. */

import * as api from "./api.js";
import { byId, el, loss, say } from "./dom.js";
import { SIDE, draw, drawDifference } from "./pixels.js";

const view = (label) => {
  const canvas = el("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": label });
  return { canvas, figure: el("figure", {}, canvas, el("figcaption", { textContent: label })) };
};

export class Reconstruction {
  #input = view("28×28 input");
  #output = view("Reconstruction");
  #difference = view("Difference");
  #mse = el("output", { className: "mse" });
  #took = el("span", { className: "took hint" });
  #title = el("h4");

  constructor(reference, title) {
    this.reference = reference;
    this.#title.textContent = title;
    this.#input.figure.className = "given";
    this.element = el("article", { className: "reconstruction" }, this.#title,
      el("div", { className: "views" }, this.#input.figure, this.#output.figure, this.#difference.figure),
      el("p", { className: "measure" }, el("span", { textContent: "MSE " }), this.#mse, this.#took));
  }

  /** @param at when the stroke was made; the row says how long its answer took to stand here. */
  async update(pixels, at) {
    draw(this.#input.canvas, pixels);
    const { pixels: reconstruction, mse } = await api.post(`/v1/checkpoints/${this.reference}/reconstruction`, { pixels });
    draw(this.#output.canvas, reconstruction);
    drawDifference(this.#difference.canvas, pixels, reconstruction);
    say(this.#mse, loss(mse));
    const took = performance.now() - at;
    this.#took.dataset.milliseconds = took.toFixed(2);
    say(this.#took, `in ${Math.max(1, Math.round(took))} ms`);
    return mse;
  }
}

/** Tells a screen reader the outcome once the hand rests, not at every move. */
export function speaker() {
  let timer;
  return (errors) => {
    clearTimeout(timer);
    timer = setTimeout(() => say(byId("spoken"), `Mean squared error ${errors.map(loss).join(" against ")}.`), 700);
  };
}
