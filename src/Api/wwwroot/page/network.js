/** A network that is looked at: its layers with what each computes, and the values that an image gives them. */

import * as api from "./api.js";
import { isVector, readSafetensors } from "./tensors.js";

const ACTIVATIONS = { relu: "ReLU", sigmoid: "sigmoid", tanh: "tanh", linear: "linear" };
const UNPOOLING = { "zero-unpool": "zero", "nearest-unpool": "nearest", "switch-unpool": "switch" };

export class Network {
  constructor(checkpoint, layers) {
    this.checkpoint = checkpoint;
    this.settings = checkpoint.settings;
    this.imageShape = checkpoint.settings.imageShape;
    this.layers = withOperators(checkpoint.settings, layers);
    this.path = `/v1/checkpoints/${checkpoint.id}`;
  }

  static async open(reference) {
    const path = `/v1/checkpoints/${encodeURIComponent(reference)}`;
    const [checkpoint, layers] = await Promise.all([api.get(path), api.get(`${path}/layers`)]);
    return new Network(checkpoint, layers);
  }

  get isPooled() {
    return this.settings.architecture in UNPOOLING;
  }

  /** How its own decoder unpools: zero, nearest, switch; undefined where it does not pool. */
  get unpooling() {
    return UNPOOLING[this.settings.architecture];
  }

  /** The unpoolings that the service lets this network be decoded with. */
  get unpoolings() {
    if (!this.isPooled || this.settings.codeWidth) return [];
    return this.unpooling === "switch" ? ["zero", "nearest", "switch"] : ["zero", "nearest"];
  }

  get code() {
    return this.layer("code");
  }

  get title() {
    const { architecture, codeWidth } = this.settings;
    return codeWidth ? `${architecture}, code ${codeWidth}` : architecture;
  }

  layer(name) {
    return this.layers.find((layer) => layer.name === name);
  }

  /** The layers from the image on: the one before each is its input. */
  get stages() {
    return [{ name: "input", shape: this.imageShape, kind: "input" }, ...this.layers];
  }

  before(name) {
    const at = this.stages.findIndex((stage) => stage.name === name);
    return this.stages[at - 1];
  }

  /** Every layer's values for an image, in one request. @param reference of a frame of the film, where it is not the checkpoint. */
  async activations(pixels, { unpooling, path = this.path } = {}) {
    const query = unpooling && unpooling !== this.unpooling ? `?unpooling=${unpooling}` : "";
    return readSafetensors(await api.bytes(`${path}/activations${query}`, { pixels }));
  }

  /** How one value came about: the sum of section 2 of the API's documentation. */
  unit(layer, channel, row, column, pixels, path = this.path) {
    return api.post(`${path}/layers/${layer}/units/${channel}/${row}/${column}`, { pixels });
  }
}

/** What each layer computes, which its settings decide. */
function withOperators(settings, layers) {
  const { architecture, kernelSize: kernel } = settings;
  const isPooled = architecture in UNPOOLING;
  return layers.map((layer, i) => {
    const isLast = i === layers.length - 1;
    const isCode = layer.name === "code";
    const vector = isVector(layer.shape);
    const before = i === 0 ? settings.imageShape : layers[i - 1].shape;
    const isEncoder = layers.findIndex((each) => each.name === "code") >= i;
    const activation = isCode && vector && architecture !== "dense" ? "linear"
      : isEncoder ? settings.encoderActivation
      : isLast || layer.name === lastWithWeights(layers) ? settings.outputActivation : settings.decoderActivation;
    if (layer.parameters > 0 && (vector || layer.name === "expand" || architecture === "dense")) return { ...layer, kind: "linear", activation, from: before };
    if (layer.parameters === 0) {
      return layer.shape[1] < before[1] ? { ...layer, kind: "pool", from: before } : { ...layer, kind: "unpool", unpooling: UNPOOLING[architecture], from: before };
    }
    const stride = isPooled ? 1 : 2;
    return { ...layer, kind: isEncoder ? "convolution" : "transposed convolution", kernel, stride, activation, from: before };
  });
}

const lastWithWeights = (layers) => layers.findLast((layer) => layer.parameters > 0).name;

/** The operator in two short lines, as under a layer's picture. */
export function operatorOf(layer) {
  switch (layer.kind) {
    case "input": return [`${layer.shape.reduce((a, b) => a * b)} pixels`, ""];
    case "linear": return [`linear${layer.activation === "linear" ? "" : `, ${ACTIVATIONS[layer.activation]}`}`,
      `${count(layer.from)} → ${count(layer.shape)}`];
    case "pool": return ["max 2×2", ""];
    case "unpool": return [{ zero: "zero-fill", nearest: "nearest", switch: "switches" }[layer.unpooling], "2×2"];
    default: {
      const stride = layer.stride > 1 ? `, stride ${layer.stride}` : "";
      return layer.kind === "convolution"
        ? [`${layer.kernel}×${layer.kernel}${stride}`, ACTIVATIONS[layer.activation]]
        : [`${layer.kernel}×${layer.kernel} transposed`, `${layer.stride > 1 ? `stride ${layer.stride}, ` : ""}${ACTIVATIONS[layer.activation]}`];
    }
  }
}

/** The operator as a part of a sentence. */
export function describe(layer) {
  const kind = layer.kind === "pool" ? "max pooling 2×2" : layer.kind === "unpool" ? `unpooling, ${operatorOf(layer)[0]}` : layer.kind;
  const size = layer.kernel ? ` ${layer.kernel}×${layer.kernel}${layer.stride > 1 ? `, stride ${layer.stride}` : ""}` : "";
  return [`${kind}${size}`, layer.activation && layer.activation !== "linear" ? ACTIVATIONS[layer.activation] : null].filter(Boolean).join(", ");
}

export const activationName = (activation) => ACTIVATIONS[activation] ?? "";

export const activate = { relu: (x) => Math.max(0, x), sigmoid: (x) => 1 / (1 + Math.exp(-x)), tanh: Math.tanh, linear: (x) => x };

export const shapeText = (shape) => (isVector(shape) ? `${shape[0].toLocaleString("en")}` : shape.join("×"));

const count = (shape) => shape.reduce((a, b) => a * b).toLocaleString("en");

/** The zeros that "SAME" puts before the first row, as TensorFlow does: half of what is missing, rounded down. */
export function paddingBefore(input, output, kernel, stride) {
  return Math.max(0, (output - 1) * stride + kernel - input) >> 1;
}

/**
 * The part of a layer's input that one of its values depends on, as a box {top, left, height, width}; a box stands for the values in it.
 * Where everything matters the whole input.
 */
export function inputsOf(layer, box) {
  const [, height, width] = layer.from;
  const axis = (low, size, full, own) => {
    let first, last;
    if (layer.kind === "convolution") {
      const pad = paddingBefore(full, own, layer.kernel, layer.stride);
      [first, last] = [low * layer.stride - pad, (low + size - 1) * layer.stride - pad + layer.kernel - 1];
    } else if (layer.kind === "transposed convolution") {
      const pad = paddingBefore(own, full, layer.kernel, layer.stride);
      [first, last] = [Math.ceil((low + pad - layer.kernel + 1) / layer.stride), Math.floor((low + size - 1 + pad) / layer.stride)];
    } else if (layer.kind === "pool") {
      [first, last] = [2 * low, 2 * (low + size) - 1];
    } else if (layer.kind === "unpool") {
      [first, last] = [low >> 1, (low + size - 1) >> 1];
    } else {
      [first, last] = [0, full - 1];
    }
    [first, last] = [Math.max(0, first), Math.min(full - 1, last)];
    return [first, last - first + 1];
  };
  const [top, rows] = axis(box.top, box.height, height, layer.shape[1]);
  const [left, columns] = axis(box.left, box.width, width, layer.shape[2]);
  return { top, left, height: rows, width: columns };
}

/** The boxes that a value of a layer sees on each earlier stage, by name. */
export function fieldsOf(network, name, box) {
  const fields = new Map([[name, box]]);
  for (let at = network.stages.findIndex((stage) => stage.name === name), field = box; at > 0; at--) {
    field = inputsOf(network.stages[at], field);
    fields.set(network.stages[at - 1].name, field);
  }
  return fields;
}
