import assert from "node:assert/strict";
import { test } from "node:test";
import { SIDE, drawDifference, shrink } from "../../src/Api/wwwroot/page/pixels.js";

globalThis.ImageData ??= class {
  constructor(width, height) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }
};

/** What is painted, as [red, green, blue, alpha] of the first pixels. */
function painted(paint, count) {
  let image;
  paint({ getContext: () => ({ putImageData: (drawn) => (image = drawn) }) });
  return Array.from({ length: count }, (_, i) => [...image.data.slice(4 * i, (4 * i) + 4)]);
}

test("a drawing is shrunk to the means of its squares", () => {
  const scale = 4, width = SIDE * scale;
  const data = new Uint8ClampedArray(4 * width * width);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      const isInSecondSquare = y < scale && x >= scale && x < 2 * scale;
      if (isInSecondSquare && x < scale + 2) data[4 * ((y * width) + x)] = 255; // half of the square
    }
  }
  const pixels = shrink({ width, data });
  assert.equal(pixels.length, SIDE * SIDE);
  assert.deepEqual(pixels.slice(0, 3), [0, 0.502, 0]);
  assert.equal(pixels.filter((value) => value > 0).length, 1);
});

test("a difference is orange where there is too much ink, blue where too little, black where none differs", () => {
  const original = new Array(SIDE * SIDE).fill(0.5), reconstruction = [1, 0.25, 0.5, 7, ...original.slice(4)];
  const colours = painted((canvas) => drawDifference(canvas, original, reconstruction), 4);
  assert.deepEqual(colours, [[255, 140, 30, 255], [30, 75, 128, 255], [0, 0, 0, 255], [255, 140, 30, 255]]);
});
