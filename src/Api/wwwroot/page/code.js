/** The code of the digit, as numbers to take away, and what becomes of the digit where one map is changed. */

import * as api from "./api.js";
import { count, el, outdate, save, say } from "./dom.js";
import { latest } from "./latest.js";
import { attempt, refuse, succeeded } from "./notifications.js";
import { drawImage } from "./palette.js";

export class Code {
  #path;
  #shape;
  #pixels = null;
  #code = null;
  #facts = el("p", { className: "hint" });
  #numbers = el("pre", { tabIndex: 0, role: "group", "aria-label": "The numbers of the code" });
  #details = el("details", {}, el("summary", { textContent: "The numbers" }), this.#numbers);
  #canvas = el("canvas", { role: "img", "aria-label": "Decoded from the changed code" });
  #map = el("input", { type: "number", min: 0, value: 0, inputMode: "numeric" });
  #factor = el("input", { type: "range", min: 0, max: 4, step: 0.1, value: 1 });
  #times = el("span"); // no output: the label would then be its own, and not the slider's

  constructor(network) {
    this.#path = network.path;
    this.#shape = network.imageShape;
    const download = el("button", { type: "button", textContent: "Download for NumPy" });
    download.onclick = () => attempt(download, () => this.#download());
    const decode = latest(async () => {
      await this.#decode();
      outdate(this.element, false);
    }, refuse, succeeded);
    this.#map.onchange = this.#factor.oninput = () => {
      outdate(this.element);
      decode();
    };
    this.#details.ontoggle = () => this.#list();
    this.element = el("article", { className: "code" },
      el("h3", { textContent: "One part of the code, weaker or stronger" }),
      el("figure", {}, this.#canvas),
      el("div", { className: "change" },
        el("label", {}, "Part ", this.#map),
        el("label", {}, el("span", {}, "times ", this.#times), this.#factor),
        this.#facts, download),
      this.#details);
  }

  async update(pixels) {
    const code = await api.post(`${this.#path}/encode`, { pixels });
    if (this.#code === null) this.#map.value = strongest(code);
    [this.#code, this.#pixels] = [code, pixels];
    const { shape, values } = this.#code;
    this.#map.max = shape[0] - 1;
    say(this.#facts, `${shape.join("×")}: ${count(values.length)} numbers, ${count(values.filter((value) => value === 0).length)} of them zero`);
    this.#list();
    await this.#decode();
  }

  /** One map of the code times the factor; the switches, where the network has some, stay those of the digit. */
  async #decode() {
    if (this.#code === null) return;
    const { shape, values } = this.#code;
    const map = Math.min(shape[0] - 1, Math.max(0, Math.round(Number(this.#map.value))));
    const [factor, size] = [Number(this.#factor.value), shape[1] * shape[2]];
    this.#map.value = map;
    say(this.#times, factor.toFixed(1));
    const changed = values.map((value, i) => (Math.floor(i / size) === map ? value * factor : value));
    const { pixels } = await api.post(`${this.#path}/decode`, { shape, values: changed, pixels: this.#pixels });
    drawImage(this.#canvas, pixels, this.#shape);
  }

  /** The text is long, and made only where somebody reads it. */
  #list() {
    if (!this.#details.open || this.#code === null) return;
    const { shape, values } = this.#code;
    const rows = Array.from({ length: values.length / shape[2] }, (_, row) => values.slice(row * shape[2], (row + 1) * shape[2]));
    const text = rows.map((row, i) => (shape[1] > 1 && i % shape[1] === 0 ? `map ${i / shape[1]}\n` : "") + row.map((value) => value.toFixed(3)).join(" ")).join("\n");
    say(this.#numbers, text);
  }

  async #download() {
    save(await api.file(`${this.#path}/encode`, { pixels: this.#pixels }, "application/x-npy"), "code.npy");
  }
}

/** The map with the most to say about this digit: the one to begin with. */
function strongest({ shape, values }) {
  const sums = new Array(shape[0]).fill(0);
  values.forEach((value, i) => (sums[Math.floor((i * shape[0]) / values.length)] += Math.abs(value)));
  return sums.indexOf(Math.max(...sums));
}
