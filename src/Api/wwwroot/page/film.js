/** The film of the training: the drawing, reconstructed by the network at each of its steps, under the loss; a slider sets the step. */

import * as api from "./api.js";
import * as calls from "./calls.js";
import { count, el, loss, say, svg } from "./dom.js";
import { latest } from "./latest.js";
import { drawImage } from "./palette.js";
import { asCurl } from "./show-as.js";

const THUMBS = 14;
const MILLISECONDS = 125;

export class Film {
  #title = el("h3", { textContent: "Film of the training" });
  #hint = el("span", { className: "hint" });
  #outcome = el("span", { className: "hint film-outcome" });
  #curve = svg("svg", { class: "film-curve", "aria-hidden": "true" });
  #slider = el("input", { type: "range", min: 0, value: 0, step: 1, "aria-label": "Step of the training" });
  #play = el("button", { type: "button", className: "play", "aria-label": "Play the film", "aria-pressed": "false" });
  #thumbs = el("ol", { className: "film-thumbs" });
  #curl = asCurl("the film", () => calls.film(this.#network.checkpoint.jobId));
  #none = el("p", { className: "hint" });
  #frames = [];
  #points = [];
  #network = null;
  #timer = null;
  #pixels = null;
  #at = -1;
  #on;

  /** @param on {step(path | null, step)}: everything on the page is of that frame; null is the checkpoint itself. */
  constructor(on) {
    this.#on = on;
    this.element = el("section", { className: "film", "aria-label": "Film of the training" },
      el("header", {}, this.#title, this.#hint, this.#outcome, this.#curl), this.#none,
      el("div", { className: "film-body" }, this.#curve, el("div", { className: "film-line" }, this.#play, this.#slider), this.#thumbs));
    this.#slider.oninput = () => this.#go(Number(this.#slider.value));
    this.#play.onclick = () => (this.#timer === null ? this.#start() : this.#stop());
  }

  /** A network whose job may have a film. Ends a film that is playing. */
  async open(network) {
    this.#stop();
    this.#network = network;
    const { jobId, step } = network.checkpoint;
    const [film, points] = jobId === null ? [{ frames: [] }, []]
      : await Promise.all([api.get(`/v1/training-jobs/${jobId}/film`), api.get(`/v1/training-jobs/${jobId}/metrics`)]);
    if (network !== this.#network) return;
    this.#frames = film.frames.filter((frame) => frame.step <= step);
    this.#points = points.filter((point) => point.step <= step && point.validationLoss !== null);
    const hasFilm = this.#frames.length > 1;
    this.element.classList.toggle("empty", !hasFilm);
    this.#curl.hidden = !hasFilm;
    say(this.#none, hasFilm ? "" : jobId === null ? "A checkpoint that was imported or comes with the service has no film. Train a network to watch it learn."
      : "This job has kept no film: it was turned off, or the network has 200,000 parameters or more.");
    say(this.#hint, hasFilm ? "your image, reconstructed by the network at each step" : "");
    this.#slider.max = Math.max(0, this.#frames.length - 1);
    this.#at = this.#frames.length - 1;
    this.#slider.value = this.#at;
    this.#drawCurve();
    this.#list();
    this.#tell();
    if (this.#pixels) this.update(this.#pixels);
  }

  get step() {
    return this.#at >= 0 && this.#at < this.#frames.length - 1 ? this.#frames[this.#at].step : null;
  }

  /** Shows the frame of a step, as an address asks for. */
  goTo(step) {
    const at = this.#frames.findIndex((frame) => frame.step === step);
    if (at >= 0) this.#go(at);
  }

  /** Another image: its reconstructions at all steps, when the hand rests. */
  update = latest(async (pixels) => {
    this.#pixels = pixels;
    const network = this.#network;
    for (const item of this.#thumbs.children) {
      if (pixels !== this.#pixels || network !== this.#network) return;
      const { pixels: output } = await api.post(`${this.#pathOf(Number(item.dataset.step))}/reconstruction`, { pixels });
      drawImage(item.querySelector("canvas"), output, network.imageShape);
    }
  });

  #pathOf(step) {
    return `/v1/checkpoints/${this.#network.checkpoint.jobId}@${step}`;
  }

  #go(at) {
    this.#at = at;
    this.#slider.value = at;
    this.#tell();
    const isLast = at === this.#frames.length - 1;
    this.#on.step(isLast ? null : this.#pathOf(this.#frames[at].step), isLast ? null : this.#frames[at].step);
  }

  #start() {
    if (this.#frames.length < 2) return;
    if (this.#at === this.#frames.length - 1) this.#go(0);
    this.#timer = setInterval(() => {
      if (this.#at >= this.#frames.length - 1) this.#stop();
      else this.#go(this.#at + 1);
    }, MILLISECONDS);
    this.#play.setAttribute("aria-pressed", "true");
  }

  #stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#play.setAttribute("aria-pressed", "false");
  }

  #tell() {
    if (this.#frames.length === 0) {
      say(this.#outcome, "");
      return;
    }
    const { step } = this.#frames[this.#at];
    const point = this.#points.findLast((each) => each.step <= step);
    this.#slider.setAttribute("aria-valuetext", `step ${count(step)}`);
    this.#outcome.replaceChildren(point ? "validation MSE " : "", point ? el("strong", { textContent: loss(point.validationLoss) }) : "", ` at step ${count(step)}`);
    for (const item of this.#thumbs.children) item.classList.toggle("chosen", Number(item.dataset.step) === step);
    this.#curve.querySelectorAll(".cursor").forEach((cursor) => ["x1", "x2"].forEach((name) => cursor.setAttribute(name, this.#x(step))));
  }

  /** Steps stand at the logarithm: half of what happens, happens early. */
  #x(step) {
    const last = Math.log2(1 + (this.#frames.at(-1)?.step ?? 1));
    return 40 + (860 * Math.log2(1 + step)) / (last || 1);
  }

  #drawCurve() {
    if (this.#points.length === 0 || this.#frames.length < 2) {
      this.#curve.replaceChildren();
      return;
    }
    const values = this.#points.map((point) => Math.log10(point.validationLoss));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const y = (value) => 8 + (44 * (high - value)) / (high - low || 1);
    const ticks = [low, high].map((value) => {
      const label = svg("text", { x: 34, y: y(value) + 4, "text-anchor": "end" });
      label.textContent = loss(10 ** value);
      return [label, svg("line", { class: "grid", x1: 40, x2: 900, y1: y(value), y2: y(value) })];
    }).flat();
    this.#curve.setAttribute("viewBox", "0 0 910 60");
    this.#curve.replaceChildren(...ticks,
      svg("path", { class: "curve", d: `M${this.#points.map((point, i) => `${this.#x(point.step).toFixed(1)} ${y(values[i]).toFixed(1)}`).join("L")}` }),
      svg("line", { class: "cursor", x1: 0, x2: 0, y1: 0, y2: 60 }));
  }

  #list() {
    const last = this.#frames.length - 1;
    const shown = this.#frames.length <= THUMBS ? this.#frames
      : Array.from({ length: THUMBS }, (_, i) => this.#frames[Math.round((i * last) / (THUMBS - 1))]);
    this.#thumbs.replaceChildren(...(last < 1 ? [] : shown.map(({ step }) => {
      const button = el("button", { type: "button", tabIndex: -1, "aria-label": `Step ${count(step)}` }, el("canvas"), el("span", { textContent: count(step) }));
      button.onclick = () => this.#go(this.#frames.findIndex((frame) => frame.step === step));
      return el("li", { "data-step": step }, button);
    })));
  }
}
