/** The drawing pad: white ink on black, by mouse, finger, pen or keyboard. */

import { SIDE } from "./pixels.js";

const INK = 22; // a stroke is two to three of the 28 pixels wide, as in MNIST
const KEY_STEP = 10;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Pad {
  #canvas;
  #context;
  #changed;
  #strokes = new Map(); // by pointer: where it was last
  #pen = { x: 140, y: 60, down: false };

  /** @param changed called after each change with the time of the event that made it, in ms since the page's start. */
  constructor(canvas, changed) {
    this.#canvas = canvas;
    this.#changed = changed;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    Object.assign(this.#context, { lineWidth: INK, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
    this.clear();
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("keydown", (event) => this.#key(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => this.#strokes.delete(event.pointerId));
    }
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

  /** Puts a 28×28 image on the pad, to be drawn on. */
  show(bitmap) {
    this.clear();
    this.#context.imageSmoothingEnabled = false;
    this.#context.drawImage(bitmap, 0, 0, SIDE, SIDE, 0, 0, this.#canvas.width, this.#canvas.height);
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
      const inside = (value) => Math.min(this.#canvas.width - INK / 2, Math.max(INK / 2, value));
      const next = { x: inside(this.#pen.x + KEY_STEP * dx), y: inside(this.#pen.y + KEY_STEP * dy) };
      if (this.#pen.down) this.#stroke(this.#pen, next);
      Object.assign(this.#pen, next);
    } else {
      return;
    }
    event.preventDefault();
    this.#changed(event.timeStamp);
  }

  #stroke(from, to) {
    this.#context.beginPath();
    this.#context.moveTo(from.x, from.y);
    this.#context.lineTo(to.x, to.y);
    this.#context.stroke();
  }
}
