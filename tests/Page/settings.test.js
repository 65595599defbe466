import assert from "node:assert/strict";
import { test } from "node:test";
import { labelOf, rhythm, typed } from "../../src/Api/wwwroot/page/settings.js";

test("typed text becomes what the service takes, and stays as it is where it is no number", () => {
  assert.equal(typed("steps", "100"), 100);
  assert.equal(typed("learningRate", "1e-3"), 0.001);
  assert.equal(typed("learningRate", "fast"), "fast");
  assert.equal(typed("codeWidth", "32"), 32);
  assert.equal(typed("batchSize", ""), "");
  assert.deepEqual(typed("channels", "8, 16"), [8, 16]);
  assert.deepEqual(typed("denseWidths", "300 x"), [300, "x"]);
  assert.equal(typed("decoderBias", "true"), true);
  assert.equal(typed("stopOnCollapse", "false"), false);
  assert.equal(typed("name", "42"), "42");
});

test("a job evaluates twenty times and writes four checkpoints, but not more often than every ten steps", () => {
  assert.deepEqual(rhythm("1000"), { evaluateEvery: 50, checkpointEvery: 250 });
  assert.deepEqual(rhythm("30"), { evaluateEvery: 10, checkpointEvery: 10 });
  assert.deepEqual(rhythm(""), { evaluateEvery: 250, checkpointEvery: 1250 });
  assert.deepEqual(rhythm("many"), rhythm("5000"));
});

test("a setting has its label, and a setting that the form lacks its own name", () => {
  assert.equal(labelOf("learningRate"), "Learning rate");
  assert.equal(labelOf("imageShape"), "imageShape");
  assert.notEqual(labelOf("architecture"), "architecture");
});
