/**
 * The map of the code: the images of an evaluation where their codes are, in PCA's plane and by t-SNE. The pointer shows an image, a click
 * takes it, a click on an empty place decodes it, and a drag from one to another decodes what lies between.
 */

import * as api from "./api.js";
import * as calls from "./calls.js";
import { count, el, say } from "./dom.js";
import { latest } from "./latest.js";
import { colourNamed, drawImage } from "./palette.js";
import { asCurl } from "./show-as.js";
import { readNpy, writeNpy } from "./tensors.js";

const NEAR = 14; // px: a pointer this near to a mark is on it
const BETWEEN = 13;
const ratio = Math.min(2, globalThis.devicePixelRatio ?? 1);

export class CodeMap {
  #plane = el("canvas", { className: "map-plane", tabIndex: 0, role: "application" });
  #tsne = el("canvas", { className: "map-tsne", role: "img", "aria-label": "t-SNE of the same codes, coloured by label" });
  #share = el("span", { className: "hint" });
  #tip = el("figure", { className: "map-tip", hidden: true }, el("canvas"), el("figcaption"));
  #labels = el("div", { className: "map-labels", role: "group", "aria-label": "Labels" });
  #accuracies = el("div", { className: "accuracies" });
  #line = el("ol", { className: "between" });
  #lineText = el("span", { className: "hint", textContent: "drag from one digit to any other" });
  #spoken = el("p", { className: "hidden", role: "status" });
  #shown = null;
  #points = { pca: [], tsne: [] };
  #hiddenLabels = new Set();
  #hover = null;
  #star = null;
  #neighbours = [];
  #dragFrom = null;
  #pixels = null;
  #images = new Map();
  #choose;
  #decoded = null;

  /** @param choose called with {dataset, split, index}: an image was taken. */
  constructor(choose) {
    this.#choose = choose;
    const title = el("h3", { textContent: "PCA of the codes" });
    this.element = el("section", { className: "view-part map-view", "aria-label": "Map of the code" },
      el("div", { className: "map-main" }, el("header", {}, title, this.#share, asCurl("the map", () => calls.map(this.evaluation.id))), el("div", { className: "map-stage" }, this.#plane, this.#tip)),
      el("div", { className: "map-side" },
        el("h3", { textContent: "Label" }), this.#labels,
        el("h3", { textContent: "t-SNE of the same codes" }), this.#tsne,
        el("p", { className: "hint", textContent: "Neighbours stay neighbours. The size of a group and the distance between groups mean nothing, and a new drawing has no place here: its five nearest are ringed." }),
        el("h3", { textContent: "Label guessed wrong" }), el("p", { className: "hint", textContent: "by 5 nearest neighbours" }), this.#accuracies),
      el("div", { className: "map-between" }, el("h3", { textContent: "Along the line" }), this.#lineText, this.#line), this.#spoken);
    this.#plane.onpointermove = (event) => this.#move(event);
    this.#plane.onpointerleave = () => this.#setHover(null);
    this.#plane.onpointerdown = (event) => this.#press(event);
    this.#plane.onpointerup = (event) => this.#release(event);
    this.#plane.onkeydown = (event) => this.#key(event);
    new ResizeObserver(() => this.#draw()).observe(this.#plane);
  }

  get isEmpty() {
    return this.#shown === null;
  }

  /** @param hasImages whether the evaluation's images are here, to be shown and taken. */
  async show(network, evaluation, hasImages) {
    this.network = network;
    this.evaluation = evaluation;
    this.#hasImages = hasImages;
    if (this.#shown === evaluation.id) return;
    this.#shown = null;
    const [pca, tsne] = await Promise.all(["pca", "tsne"].map((method) => api.get(`/v1/evaluations/${evaluation.id}/map?method=${method}`)));
    this.#points = { pca: pca.points, tsne: tsne.points };
    this.#shown = evaluation.id;
    this.#images.clear();
    this.#star = this.#decoded = null;
    const [first, second] = pca.explainedVariance;
    this.#axes = [first, second];
    say(this.#share, `${network.title}: ${count(pca.points.length)} ${evaluation.split} images; these two directions hold ${Math.round(100 * (first + second))} % of the variance`);
    this.#plane.setAttribute("aria-label", "Map of the code by PCA. Arrow keys go to the nearest image, Enter takes it, L lists the five neighbours of your drawing.");
    this.#listLabels();
    this.#listAccuracies();
    this.#draw();
  }

  #axes = [0, 0];
  #hasImages = true;

  /** Where the drawing is, and its neighbours. */
  update = latest(async (pixels) => {
    if (this.#shown === null) return;
    this.#pixels = pixels;
    const place = await api.post(`/v1/evaluations/${this.evaluation.id}/map/position`, { pixels });
    this.#star = [place.x, place.y];
    this.#neighbours = place.neighbors;
    this.#draw();
  });

  redraw() {
    this.#draw();
  }

  #listLabels() {
    const labels = [...new Set(this.#points.pca.map((point) => point.label))].filter((label) => label !== null).sort((a, b) => a - b);
    this.#labels.replaceChildren(...labels.map((label) => {
      const own = this.#points.pca.filter((point) => point.label === label).length;
      const button = el("button", { type: "button", className: `label-${label % 10}`, "aria-pressed": "true" },
        el("span", { className: "hidden", textContent: "Label " }), el("strong", { textContent: label }), el("span", { className: "hint", textContent: own }), el("span", { className: "hidden", textContent: " images" }));
      button.onclick = () => {
        const isHidden = !this.#hiddenLabels.delete(label);
        if (isHidden) this.#hiddenLabels.add(label);
        button.setAttribute("aria-pressed", String(!isHidden));
        this.#draw();
      };
      return button;
    }));
    if (labels.length === 0) say(this.#labels, "The data set has no labels.");
  }

  #listAccuracies() {
    const accuracy = this.evaluation.result.labelAccuracy;
    if (accuracy === null) {
      say(this.#accuracies, "Only with labels.");
      return;
    }
    const size = this.network.checkpoint.codeSize;
    const rows = [[`code, ${count(size)} numbers`, accuracy.code.knn, true], [`PCA, ${count(Math.min(size, this.network.checkpoint.inputSize))} numbers`, accuracy.pca.knn], [`pixels, ${count(this.network.checkpoint.inputSize)}`, accuracy.pixels.knn]];
    const most = Math.max(...rows.map(([, value]) => 1 - value), 1e-6);
    this.#accuracies.replaceChildren(...rows.map(([name, value, isOwn]) => {
      const bar = el("span", { className: `bar ${isOwn ? "own" : ""}` });
      bar.style.width = `${(100 * (1 - value)) / most}%`;
      return el("p", {}, el("span", { textContent: name }), el("span", { className: "track" }, bar), el("strong", { textContent: `${(100 * (1 - value)).toFixed(1)} %` }));
    }));
  }

  #layout(canvas, points) {
    const width = canvas.clientWidth, height = canvas.clientHeight;
    const xs = points.map((point) => point.x), ys = points.map((point) => point.y);
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const scale = Math.min((width - 28) / (right - left || 1), (height - 28) / (high - low || 1));
    return {
      to: (x, y) => [width / 2 + (x - (left + right) / 2) * scale, height / 2 - (y - (low + high) / 2) * scale],
      from: (px, py) => [(px - width / 2) / scale + (left + right) / 2, (height / 2 - py) / scale + (low + high) / 2],
    };
  }

  #draw() {
    if (this.#shown === null || this.#plane.clientWidth === 0) return;
    this.#paint(this.#plane, this.#points.pca, 9, true);
    this.#paint(this.#tsne, this.#points.tsne, 8, false);
  }

  #paint(canvas, points, size, isPlane) {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    Object.assign(canvas, { width: width * ratio, height: height * ratio });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const colours = new Map();
    const colour = (name) => colours.get(name) ?? colours.set(name, colourNamed(name)).get(name);
    const layout = this.#layout(canvas, points);
    context.font = `700 ${size}px sans-serif`;
    Object.assign(context, { textAlign: "center", textBaseline: "middle" });
    if (isPlane) {
      const [x, y] = layout.to(0, 0);
      context.strokeStyle = colour("--rule");
      context.beginPath();
      context.moveTo(0, y); context.lineTo(width, y); context.moveTo(x, 0); context.lineTo(x, height);
      context.stroke();
      Object.assign(context, { fillStyle: colour("--soft"), textAlign: "left" });
      context.font = "11px sans-serif";
      context.fillText(`1st, ${Math.round(100 * this.#axes[0])} %`, 2, y - 8);
      context.fillText(`2nd, ${Math.round(100 * this.#axes[1])} %`, x + 5, 8);
      context.font = `700 ${size}px sans-serif`;
      context.textAlign = "center";
    }
    for (const point of points) {
      if (this.#hiddenLabels.has(point.label)) continue;
      const [x, y] = layout.to(point.x, point.y);
      context.fillStyle = point.label === null ? colour("--soft") : colour(`--label-${point.label % 10}`);
      context.fillText(point.label ?? "·", x, y);
    }
    const accent = colour("--accent");
    const ring = (index) => {
      const point = points.find((each) => each.index === index);
      if (!point) return;
      const [x, y] = layout.to(point.x, point.y);
      context.strokeStyle = accent;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, 8, 0, 2 * Math.PI);
      context.stroke();
    };
    for (const { index } of this.#neighbours) ring(index);
    if (!isPlane) return;
    if (this.#hover) ring(this.#hover.index);
    if (this.#star) star(context, ...layout.to(...this.#star), accent, "your drawing", colour("--ink"));
    if (this.#decoded) {
      const [x, y] = layout.to(...this.#decoded);
      context.strokeStyle = colour("--ink");
      context.beginPath();
      context.moveTo(x - 7, y); context.lineTo(x + 7, y); context.moveTo(x, y - 7); context.lineTo(x, y + 7);
      context.stroke();
    }
    if (this.#dragFrom && this.#dragTo) {
      context.strokeStyle = accent;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(...this.#dragFrom.place);
      context.lineTo(...this.#dragTo);
      context.stroke();
    }
  }

  #dragTo = null;

  #at(event) {
    const box = this.#plane.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** The mark under a place: an image, or the star. */
  #nearest([px, py], within = NEAR) {
    const layout = this.#layout(this.#plane, this.#points.pca);
    let best = null, least = within;
    for (const point of this.#points.pca) {
      if (this.#hiddenLabels.has(point.label)) continue;
      const [x, y] = layout.to(point.x, point.y);
      const distance = Math.hypot(x - px, y - py);
      if (distance < least) [best, least] = [{ ...point, place: [x, y] }, distance];
    }
    if (this.#star) {
      const [x, y] = layout.to(...this.#star);
      if (Math.hypot(x - px, y - py) < Math.min(least, 10)) return { index: "drawing", label: null, place: [x, y] };
    }
    return best;
  }

  #move(event) {
    const place = this.#at(event);
    if (this.#dragFrom) {
      this.#dragTo = place;
      this.#draw();
      return;
    }
    this.#setHover(this.#nearest(place));
  }

  #setHover(point) {
    if (this.#hover?.index === point?.index) return;
    this.#hover = point;
    this.#decodedTip = false;
    this.#draw();
    this.#showTip();
  }

  #decodedTip = false;

  #showTip = latest(async () => {
    const point = this.#hover;
    if (!point || point.index === "drawing") {
      if (!this.#decodedTip) this.#tip.hidden = true;
      return;
    }
    const image = this.#hasImages ? await this.#image(point.index) : null;
    if (this.#hover?.index !== point.index) return;
    this.#tipAt(point.place, image, `${this.evaluation.split} image ${point.index}${point.label === null ? "" : `, label ${point.label}`}`);
  });

  #tipAt([x, y], pixels, caption) {
    this.#tip.querySelector("canvas").hidden = pixels === null;
    if (pixels) drawImage(this.#tip.querySelector("canvas"), pixels, this.network.imageShape);
    say(this.#tip.querySelector("figcaption"), caption);
    const isRight = x > this.#plane.clientWidth / 2;
    Object.assign(this.#tip.style, { left: isRight ? "" : `${x + 14}px`, right: isRight ? `${this.#plane.clientWidth - x + 14}px` : "", top: `${Math.max(0, Math.min(y - 40, this.#plane.clientHeight - 110))}px` });
    this.#tip.hidden = false;
    say(this.#spoken, caption);
  }

  async #image(index) {
    if (!this.#images.has(index)) {
      const { dataset, split } = this.evaluation;
      this.#images.set(index, (await api.get(`/v1/datasets/${dataset}/${split}/${index}`)).pixels);
    }
    return this.#images.get(index);
  }

  #press(event) {
    const place = this.#at(event);
    const point = this.#nearest(place);
    this.#pressed = { place, point };
    if (!point) return;
    this.#dragFrom = point;
    this.#plane.setPointerCapture(event.pointerId);
  }

  #pressed = null;

  #release(event) {
    const place = this.#at(event);
    const from = this.#dragFrom;
    this.#dragFrom = this.#dragTo = null;
    const isClick = this.#pressed && Math.hypot(place[0] - this.#pressed.place[0], place[1] - this.#pressed.place[1]) < 6;
    if (isClick) this.#click(place, this.#pressed.point);
    else if (from) {
      const to = this.#nearest(place, 24);
      const isKnown = ({ index }) => index === "drawing" || this.#hasImages;
      if (to && to.index !== from.index && isKnown(from) && isKnown(to)) this.#between(from, to);
      this.#draw();
    }
    this.#pressed = null;
  }

  #click(place, point) {
    if (!point) this.#decode(place);
    else if (point.index !== "drawing" && this.#hasImages) this.#choose({ dataset: this.evaluation.dataset, split: this.evaluation.split, index: point.index });
  }

  #decode = latest(async (place) => {
    const plane = this.#layout(this.#plane, this.#points.pca).from(...place);
    const { pixels } = await api.post(`${this.network.path}/decode`, { plane, evaluation: this.evaluation.id });
    this.#decoded = plane;
    this.#decodedTip = true;
    this.#hover = null;
    this.#draw();
    this.#tipAt(place, pixels, `an empty place, decoded: ${plane.map((part) => (part > 0 ? "+" : "−") + Math.abs(part).toFixed(1)).join(", ")}`);
  });

  async #codeOf(point) {
    const pixels = point.index === "drawing" ? this.#pixels : await this.#image(point.index);
    return api.post(`${this.network.path}/encode`, { pixels });
  }

  #between = latest(async (from, to) => {
    const [a, b] = await Promise.all([this.#codeOf(from), this.#codeOf(to)]);
    const codes = Array.from({ length: BETWEEN }, (_, i) => a.values.map((value, at) => value + ((b.values[at] - value) * i) / (BETWEEN - 1))).flat();
    const { data } = readNpy(await api.batch(`${this.network.path}/decode`, writeNpy([BETWEEN, ...a.shape], codes)));
    const size = data.length / BETWEEN;
    const name = (point) => (point.index === "drawing" ? "your drawing" : `${this.evaluation.split} image ${point.index}`);
    say(this.#lineText, `from ${name(from)} to ${name(to)}: ${BETWEEN} codes in a straight line, decoded`);
    this.#line.replaceChildren(...Array.from({ length: BETWEEN }, (_, i) => {
      const canvas = el("canvas", { role: "img", "aria-label": `${Math.round((100 * i) / (BETWEEN - 1))} % of the way` });
      drawImage(canvas, data.subarray(i * size, (i + 1) * size), this.network.imageShape);
      return el("li", {}, canvas);
    }));
  });

  #key(event) {
    if (event.key.toLowerCase() === "l") {
      say(this.#spoken, `Nearest to your drawing: ${this.#neighbours.map(({ index, label }) => `image ${index}${label === null ? "" : `, a ${label}`}`).join("; ")}.`);
      return;
    }
    if (event.key === "Enter" && this.#hover) this.#click(this.#hover.place, this.#hover);
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    const layout = this.#layout(this.#plane, this.#points.pca);
    const start = this.#hover?.place ?? (this.#star ? layout.to(...this.#star) : [this.#plane.clientWidth / 2, this.#plane.clientHeight / 2]);
    let best = null, least = Infinity;
    for (const point of this.#points.pca) {
      const [x, y] = layout.to(point.x, point.y);
      const along = (x - start[0]) * by[0] + (y - start[1]) * by[1];
      if (along <= 1) continue;
      const across = Math.abs((x - start[0]) * by[1]) + Math.abs((y - start[1]) * by[0]);
      const distance = along + 2 * across;
      if (distance < least) [best, least] = [{ ...point, place: [x, y] }, distance];
    }
    if (best) this.#setHover(best);
  }
}

function star(context, x, y, fill, name, ink) {
  context.beginPath();
  for (let i = 0; i < 10; i++) {
    const radius = i % 2 === 0 ? 12 : 5;
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.closePath();
  context.fillStyle = fill;
  context.fill();
  context.fillStyle = ink;
  context.font = "700 12px sans-serif";
  context.textAlign = x > 120 ? "right" : "left";
  context.fillText(name, x > 120 ? x - 15 : x + 15, y);
}
