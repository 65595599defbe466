/** Linear interpolation between the codes of two test digits, decoded; one strip per checkpoint. */

import * as api from "./api.js";
import { byId, el, outdate } from "./dom.js";
import { latest } from "./latest.js";

const FRAMES = 9;

export class Interpolation {
  #reference;
  #canvas = el("canvas", { role: "img" });

  constructor({ checkpoint, title }) {
    this.#reference = checkpoint.id;
    this.element = el("figure", { className: "between-two" }, this.#canvas, el("figcaption", { className: "hint", textContent: title }));
  }

  /** @param ends {dataset, from, to}: which test digits. */
  async update({ dataset, from, to }) {
    const strip = await api.image(`/v1/checkpoints/${this.#reference}/interpolation?dataset=${dataset}&from=${from}&to=${to}&frames=${FRAMES}&scale=4`);
    Object.assign(this.#canvas, { width: strip.width, height: strip.height });
    this.#canvas.getContext("2d").drawImage(strip, 0, 0);
    this.#canvas.setAttribute("aria-label", `${FRAMES} images from test digit ${from} to test digit ${to}`);
  }
}

/** The form that says which two digits. @param interpolations gives the strips to draw; returns what draws them. */
export function interpolationForm(interpolations) {
  const [set, from, to] = ["stepper-set", "way-from", "way-to"].map(byId);
  const redraw = latest(async () => {
    if (set.value === "") return; // the data sets are still to come
    const last = Number(set.selectedOptions[0].dataset.last);
    for (const end of [from, to]) {
      end.max = last;
      end.value = Math.min(last, Math.max(0, Math.round(Number(end.value))));
    }
    byId("way-set").textContent = set.value;
    const ends = { dataset: set.value, from: from.value, to: to.value };
    await Promise.all(interpolations().map(async (interpolation) => {
      await interpolation.update(ends);
      if (ends.from === from.value && ends.to === to.value && ends.dataset === set.value) outdate(interpolation.element, false);
    }));
  });
  const change = () => {
    interpolations().forEach((interpolation) => outdate(interpolation.element));
    redraw();
  };
  from.onchange = to.onchange = change;
  set.addEventListener("change", change);
  byId("way").onsubmit = (event) => event.preventDefault();
  byId("way-swap").onclick = () => {
    [from.value, to.value] = [to.value, from.value];
    change();
  };
  return redraw;
}
