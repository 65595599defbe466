import assert from "node:assert/strict";
import { test } from "node:test";
import { count, duration, loss } from "../../src/Api/wwwroot/page/dom.js";

test("a loss has three digits that count", () => {
  const shown = [
    [0.021449, "0.0214"], [0.0000171, "0.0000171"], [0.5, "0.500"], [12.3456, "12.346"], [1e-12, "0.000000000"], [0, "0"], [null, "–"]];
  for (const [value, text] of shown) assert.equal(loss(value), text, String(value));
  assert.equal(loss(undefined), "–");
});

test("a duration is in its two largest units", () => {
  const shown = [
    [null, ""], [-3, "0 s"], [59.4, "59 s"], [59.6, "1 min 0 s"], [3_599, "59 min 59 s"], [3_600, "1 h 0 min"], [7_384, "2 h 3 min"]];
  for (const [seconds, text] of shown) assert.equal(duration(seconds), text, String(seconds));
});

test("a count has commas", () => assert.equal(count(1_234_567), "1,234,567"));
