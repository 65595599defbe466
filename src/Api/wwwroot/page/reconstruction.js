/** What the network gets, what it gives back, and where the two differ, with the mean squared error. */

import { byId, el, loss, say } from "./dom.js";
import { drawImage, drawMap, largest, number } from "./palette.js";
import { meanSquaredError } from "./tensors.js";

const view = (label) => {
  const canvas = el("canvas", { role: "img", "aria-label": label });
  const name = el("figcaption", { textContent: label });
  return { canvas, name, figure: el("figure", {}, name, canvas) };
};

export class Reconstruction {
  #input = view("Input");
  #output = view("Reconstruction");
  #difference = view("Difference");
  #mse = el("output", { className: "mse" });
  #took = el("span", { className: "took hidden" });
  #low = el("span", { className: "lost" });
  #high = el("span", { className: "added" });

  constructor() {
    this.#input.figure.className = "given";
    this.#input.figure.append(ramp("grey", "0", "1 ink"));
    this.#output.figure.append(ramp("grey", "", ""));
    this.#difference.figure.append(el("span", { className: "ramp diverging" }), el("p", { className: "ends" }, this.#low, this.#high));
    this.element = el("div", { className: "reconstruction" },
      el("div", { className: "views" }, this.#input.figure, this.#output.figure, this.#difference.figure),
      el("p", { className: "measure" }, el("span", { textContent: "MSE " }), this.#mse, this.#took));
  }

  /** @param clean the image without noise, which the reconstruction is held against; @param at when the stroke was made. */
  update({ pixels, clean }, output, shape, at) {
    const [, height, width] = shape;
    say(this.#input.name, `Input ${height}×${width}`);
    drawImage(this.#input.canvas, pixels, shape);
    drawImage(this.#output.canvas, output, shape);
    const size = height * width;
    const difference = Float32Array.from({ length: size }, (_, i) => {
      let sum = 0;
      for (let channel = 0; channel < shape[0]; channel++) sum += output[channel * size + i] - clean[channel * size + i];
      return sum / shape[0];
    });
    const most = largest(difference) || 1;
    drawMap(this.#difference.canvas, difference, [height, width], "diverging", most);
    this.#low.replaceChildren(`−${number(most, 2)}`, el("br"), "lost");
    this.#high.replaceChildren(`+${number(most, 2)}`, el("br"), "added");
    const mse = meanSquaredError(output, clean);
    say(this.#mse, loss(mse));
    this.#mse.dataset.value = mse;
    this.#mse.classList.toggle("long", this.#mse.textContent.length > 8);
    const took = performance.now() - at;
    this.#took.dataset.milliseconds = took.toFixed(2);
    return mse;
  }
}

const ramp = (palette, low, high) => el("span", { className: "ramp-line" }, el("span", { className: `ramp ${palette}` }), el("span", { className: "ends" }, el("span", { textContent: low }), el("span", { textContent: high })));

/** Tells a screen reader the outcome once the hand rests, not at every move. */
export function speaker() {
  let timer;
  return (errors) => {
    clearTimeout(timer);
    timer = setTimeout(() => say(byId("spoken"), `Mean squared error ${errors.map(loss).join(" against ")}.`), 700);
  };
}
