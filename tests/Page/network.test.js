import assert from "node:assert/strict";
import { test } from "node:test";
import "./browser.js";
const { Network, fieldsOf, paddingBefore } = await import("../../src/Api/wwwroot/page/network.js");

const settings = {
  architecture: "strided", imageShape: [1, 28, 28], kernelSize: 5, encoderActivation: "relu", decoderActivation: "relu", outputActivation: "sigmoid", codeWidth: 32,
};
const layer = (name, shape, parameters) => ({ name, shape, parameters });

test("what each layer computes follows from the settings", () => {
  const network = new Network({ id: "x", settings }, [
    layer("conv1", [16, 14, 14], 416), layer("features", [32, 7, 7], 12832), layer("code", [32, 1, 1], 50208), layer("expand", [32, 7, 7], 51744),
    layer("deconv1", [16, 14, 14], 12816), layer("output", [1, 28, 28], 401)]);
  assert.deepEqual(network.layers.map(({ kind }) => kind), ["convolution", "convolution", "linear", "linear", "transposed convolution", "transposed convolution"]);
  assert.deepEqual(network.layers.map(({ activation }) => activation), ["relu", "relu", "linear", "relu", "relu", "sigmoid"]);
  assert.deepEqual(network.unpoolings, []);
});

test("a pooled network pools twice and unpools twice, the last layer with weights ends in the output's activation", () => {
  const network = new Network({ id: "x", settings: { ...settings, architecture: "nearest-unpool", codeWidth: null } }, [
    layer("conv1", [16, 28, 28], 416), layer("pool1", [16, 14, 14], 0), layer("conv2", [32, 14, 14], 12832), layer("code", [32, 7, 7], 0),
    layer("deconv1", [16, 7, 7], 12800), layer("unpool1", [16, 14, 14], 0), layer("deconv2", [1, 14, 14], 400), layer("output", [1, 28, 28], 0)]);
  assert.deepEqual(network.layers.map(({ kind }) => kind), ["convolution", "pool", "convolution", "pool", "transposed convolution", "unpool", "transposed convolution", "unpool"]);
  assert.deepEqual(network.layers.map(({ activation }) => activation), ["relu", undefined, "relu", undefined, "relu", undefined, "sigmoid", undefined]);
  assert.deepEqual(network.unpoolings, ["zero", "nearest"]);
});

test("a value of the second strided layer sees 13 by 13 pixels, as TensorFlow's padding has it", () => {
  const network = new Network({ id: "x", settings: { ...settings, codeWidth: null } }, [
    layer("conv1", [16, 14, 14], 416), layer("code", [32, 7, 7], 12832), layer("deconv1", [16, 14, 14], 12800), layer("output", [1, 28, 28], 400)]);
  assert.equal(paddingBefore(28, 14, 5, 2), 1);
  const fields = fieldsOf(network, "code", { top: 3, left: 3, height: 1, width: 1 });
  assert.deepEqual(fields.get("conv1"), { top: 5, left: 5, height: 5, width: 5 });
  assert.deepEqual(fields.get("input"), { top: 9, left: 9, height: 13, width: 13 });
  assert.deepEqual(fieldsOf(network, "output", { top: 13, left: 12, height: 1, width: 1 }).get("deconv1"), { top: 5, left: 5, height: 3, width: 2 });
});
