import assert from "node:assert/strict";
import { test } from "node:test";
import { shrink, withNoise } from "../../src/Api/wwwroot/page/pixels.js";

const SIDE = 28;

test("a drawing is shrunk to the means of its squares", () => {
  const scale = 4, width = SIDE * scale;
  const data = new Uint8ClampedArray(4 * width * width);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      const isInSecondSquare = y < scale && x >= scale && x < 2 * scale;
      if (isInSecondSquare && x < scale + 2) data[4 * ((y * width) + x)] = 255; // half of the square
    }
  }
  const pixels = shrink({ width, height: width, data }, [1, SIDE, SIDE]);
  assert.equal(pixels.length, SIDE * SIDE);
  assert.deepEqual(pixels.slice(0, 3), [0, 0.502, 0]);
  assert.equal(pixels.filter((value) => value > 0).length, 1);
});

test("a drawing in colour is shrunk channel by channel", () => {
  const data = new Uint8ClampedArray([255, 0, 0, 255, 0, 255, 0, 255]);
  assert.deepEqual(shrink({ width: 2, height: 1, data }, [3, 1, 2]), [1, 0, 0, 1, 0, 0]);
});

test("noise is the same every time, as strong as asked for, and keeps within 0 and 1", () => {
  const clean = new Array(5000).fill(0.5);
  const noisy = withNoise(clean, 0.1);
  assert.deepEqual(noisy, withNoise(clean, 0.1));
  const deviation = Math.sqrt(noisy.reduce((sum, value) => sum + ((value - 0.5) ** 2), 0) / noisy.length);
  assert.ok(Math.abs(deviation - 0.1) < 0.01, String(deviation));
  assert.ok(withNoise(clean, 5).every((value) => value >= 0 && value <= 1));
  assert.equal(withNoise(clean, 0), clean);
});
