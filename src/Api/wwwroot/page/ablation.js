/** Ablation: every part of the code switched off in turn, the image without it, and how much worse it becomes. */

import * as api from "./api.js";
import * as calls from "./calls.js";
import { el, loss, say } from "./dom.js";
import { latest } from "./latest.js";
import { drawImage } from "./palette.js";
import { asCurl } from "./show-as.js";
import { isVector, meanSquaredError, readNpy, writeNpy } from "./tensors.js";

const SHOWN = 64;

export class Ablation {
  #note = el("p", { className: "hint" });
  #list = el("ol", { className: "ablations" });
  #network = null;
  #code = null;
  #choose;

  /** @param choose called with the part of the code that was picked. */
  constructor(choose) {
    this.#choose = choose;
    this.element = el("section", { className: "view-part", "aria-label": "Ablation" },
      el("header", { className: "card-head" }, el("h3", { textContent: "The code, one part switched off at a time" }), asCurl("ablation", () => calls.decode(this.#network.checkpoint.id, this.#code))), this.#note, this.#list);
  }

  update = latest(async (network, tensors, pixels) => {
    this.#network = network;
    const code = this.#code = tensors.get("code");
    if (network.unpooling === "switch") {
      this.#list.replaceChildren();
      say(this.#note, "switch-unpool decodes with the switches of an image, so that its codes cannot be decoded in a batch. Choose another network.");
      return;
    }
    const [maps, height, width] = code.shape;
    const size = height * width;
    const batch = new Float32Array((maps + 1) * code.data.length);
    for (let i = 0; i <= maps; i++) {
      batch.set(code.data, i * code.data.length);
      if (i < maps) batch.fill(0, i * code.data.length + i * size, i * code.data.length + (i + 1) * size);
    }
    const { data } = readNpy(await api.batch(`${network.path}/decode`, writeNpy([maps + 1, ...code.shape], batch)));
    const count = data.length / (maps + 1);
    const images = Array.from({ length: maps + 1 }, (_, i) => data.subarray(i * count, (i + 1) * count));
    const whole = meanSquaredError(images[maps], pixels);
    const noun = isVector(code.shape) ? "number" : "map";
    const parts = Array.from({ length: maps }, (_, map) => ({ map, mse: meanSquaredError(images[map], pixels) })).sort((a, b) => b.mse - a.mse);
    const most = Math.max(parts[0].mse, 1e-9);
    const idle = parts.filter((part) => part.mse - whole < 1e-3 * whole).length;
    say(this.#note, `With the whole code the MSE is ${loss(whole)}. The ${noun}s that matter most for this image come first; ${idle} of ${maps} could go without a trace.`
      + (maps > SHOWN ? ` The first ${SHOWN} are shown.` : ""));
    while (this.#list.children.length < Math.min(SHOWN, maps)) this.#list.append(this.#item());
    [...this.#list.children].slice(Math.min(SHOWN, maps)).forEach((item) => item.remove());
    [...this.#list.children].forEach((item, i) => {
      const { map, mse } = parts[i];
      drawImage(item.querySelector("canvas"), images[map], network.imageShape);
      const button = item.firstChild;
      button.dataset.map = map;
      item.querySelector(".bar").style.width = `${(100 * mse) / most}%`;
      say(item.querySelector(".name"), `${noun} ${map}`);
      say(item.querySelector(".value"), loss(mse));
    });
  });

  #item() {
    const button = el("button", { type: "button", className: "ablated" }, el("canvas"),
      el("span", { className: "track" }, el("span", { className: "bar positive" })), el("span", { className: "name" }),
      el("span", {}, el("span", { className: "hidden", textContent: " switched off: MSE " }), el("span", { className: "value" })));
    button.onclick = () => this.#choose(Number(button.dataset.map));
    return el("li", {}, button);
  }
}
