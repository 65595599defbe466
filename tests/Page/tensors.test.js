import assert from "node:assert/strict";
import { test } from "node:test";
import { writeSafetensors } from "./safetensors.js";
import { mapOf, meanSquaredError, readNpy, readSafetensors, writeNpy } from "../../src/Api/wwwroot/page/tensors.js";

test("an NPY file is read as it was written, its header 128 bytes long", async () => {
  const file = await writeNpy([2, 1, 1, 3], [1, 2, 3, 4, 5, 6]).arrayBuffer();
  assert.equal(file.byteLength, 128 + 24);
  assert.equal(new Uint8Array(file)[127], "\n".charCodeAt(0));
  const { shape, data } = readNpy(file);
  assert.deepEqual(shape, [2, 1, 1, 3]);
  assert.deepEqual([...data], [1, 2, 3, 4, 5, 6]);
});

test("the tensors of a safetensors file are read by name, whatever else the header says", () => {
  const tensors = readSafetensors(writeSafetensors({ conv1: { shape: [2, 1, 2], data: new Float32Array([1, 2, 3, 4]) }, "pool1.switches": { shape: [1, 1, 2], data: new Uint8Array([3, 0]) } }));
  assert.deepEqual([...tensors.keys()], ["conv1", "pool1.switches"]);
  assert.deepEqual([...mapOf(tensors.get("conv1"), 1)], [3, 4]);
  assert.deepEqual([...tensors.get("pool1.switches").data], [3, 0]);
});

test("the mean squared error is that of the service", () => assert.equal(meanSquaredError([0, 1], [0.5, 1]), 0.125));
