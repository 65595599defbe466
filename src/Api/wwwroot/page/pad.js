/** The drawing pad: white ink on black, by mouse, finger, pen or keyboard. */

import { drawImage } from "./palette.js";

const SIDE = 280; // px at most; every value of the image is a square of whole pixels
const INK = 22 / 280; // of the side: a stroke is two to three of 28 pixels wide, as in MNIST
const KEY_STEP = 10;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Pad {
  #canvas;
  #context;
  #changed;
  #strokes = new Map(); // by pointer: where it was last
  #pen = { x: 140, y: 60, down: false };
  #ring;

  /** @param changed called after each change with the time of the event that made it, in ms since the page's start. */
  constructor(canvas, changed) {
    this.#canvas = canvas;
    this.#changed = changed;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    this.#ring = canvas.parentElement.querySelector(".pen");
    this.resize([1, 28, 28]);
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("keydown", (event) => this.#key(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => this.#strokes.delete(event.pointerId));
    }
  }

  /** For images of a shape [C, H, W]: an empty pad. */
  resize([, height, width]) {
    const scale = Math.max(1, Math.floor(SIDE / Math.max(height, width)));
    Object.assign(this.#canvas, { width: scale * width, height: scale * height });
    Object.assign(this.#context, { lineWidth: this.#ink, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
    Object.assign(this.#pen, { x: this.#canvas.width / 2, y: this.#canvas.height / 4, down: false });
    this.clear();
    this.#showPen();
  }

  get #ink() {
    return INK * Math.max(this.#canvas.width, this.#canvas.height);
  }

  get image() {
    return this.#context.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
  }

  get isEmpty() {
    return this.image.data.every((value, i) => i % 4 === 3 || value === 0);
  }

  blob() {
    return new Promise((resolve) => this.#canvas.toBlob(resolve, "image/png"));
  }

  clear() {
    this.#context.fillStyle = "#000";
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** Puts an image of [C, H, W] numbers on the pad, to be drawn on. */
  show(pixels, shape) {
    const small = new OffscreenCanvas(shape[2], shape[1]);
    drawImage(small, pixels, shape);
    this.clear();
    this.#context.imageSmoothingEnabled = false;
    this.#context.drawImage(small, 0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** A line of points [x, y], each of 280, as a pen draws it. */
  line(points) {
    const scale = this.#canvas.width / SIDE;
    const places = points.map(([x, y]) => ({ x: x * scale, y: y * scale }));
    for (let i = 0; i < places.length; i++) this.#stroke(places[Math.max(0, i - 1)], places[i]);
  }

  #at(event) {
    const box = this.#canvas.getBoundingClientRect();
    const scale = this.#canvas.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  }

  #begin(event) {
    if (event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    const start = this.#at(event);
    this.#strokes.set(event.pointerId, start);
    this.#stroke(start, start);
    this.#changed(event.timeStamp);
  }

  #move(event) {
    if (!this.#strokes.has(event.pointerId)) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) {
      const next = this.#at(part);
      this.#stroke(this.#strokes.get(event.pointerId), next);
      this.#strokes.set(event.pointerId, next);
    }
    this.#changed(event.timeStamp);
  }

  #key(event) {
    if (event.key === "Delete" || event.key === "Backspace") {
      this.clear();
    } else if (event.key === " ") {
      this.#pen.down = !this.#pen.down;
      if (this.#pen.down) this.#stroke(this.#pen, this.#pen);
    } else if (event.key in MOVES) {
      const [dx, dy] = MOVES[event.key];
      const inside = (value, size) => Math.min(size - this.#ink / 2, Math.max(this.#ink / 2, value));
      const next = { x: inside(this.#pen.x + KEY_STEP * dx, this.#canvas.width), y: inside(this.#pen.y + KEY_STEP * dy, this.#canvas.height) };
      if (this.#pen.down) this.#stroke(this.#pen, next);
      Object.assign(this.#pen, next);
    } else {
      return;
    }
    event.preventDefault();
    this.#showPen();
    const place = [this.#pen.x, this.#pen.y].map((value) => Math.floor((value * 28) / this.#canvas.width));
    this.#canvas.setAttribute("aria-label", `Drawing pad, pen at ${place.join(", ")}, ${this.#pen.down ? "down" : "up"}`);
    if (event.key in MOVES && !this.#pen.down) return; // nothing was drawn
    this.#changed(event.timeStamp);
  }

  /** Where the keyboard's pen is: seen while the pad has the focus. */
  #showPen() {
    const share = (value, size) => `${(100 * value) / size}%`;
    Object.assign(this.#ring.style, { left: share(this.#pen.x, this.#canvas.width), top: share(this.#pen.y, this.#canvas.height) });
    this.#ring.classList.toggle("down", this.#pen.down);
  }

  #stroke(from, to) {
    this.#context.beginPath();
    this.#context.moveTo(from.x, from.y);
    this.#context.lineTo(to.x, to.y);
    this.#context.stroke();
  }
}
