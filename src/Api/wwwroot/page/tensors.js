/** Tensors on the wire: safetensors, of which activations come, and NPY, as which batches travel. */

/** The tensors of a safetensors file by name: {shape, data}. */
export function readSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = new Map();
  for (const [name, tensor] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: [begin, end] } = tensor;
    const bytes = buffer.slice(8 + length + begin, 8 + length + end);
    tensors.set(name, { shape, data: dtype === "U8" ? new Uint8Array(bytes) : new Float32Array(bytes) });
  }
  return tensors;
}

/** A float32 NPY file, version 1.0. */
export function writeNpy(shape, data) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const header = text.padEnd(117, " ") + "\n"; // magic, version and length take 10 of 128 bytes
  const file = new Uint8Array(128 + 4 * data.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  file.set(new TextEncoder().encode(header), 10);
  file.set(new Uint8Array(Float32Array.from(data).buffer), 128);
  return new Blob([file], { type: "application/x-npy" });
}

/** A float32 NPY file's {shape, data}. */
export function readNpy(buffer) {
  const length = new DataView(buffer).getUint16(8, true);
  const header = new TextDecoder().decode(new Uint8Array(buffer, 10, length));
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(",").filter((part) => part.trim() !== "").map(Number);
  return { shape, data: new Float32Array(buffer.slice(10 + length)) };
}

export const isVector = ([, height, width]) => height === 1 && width === 1;

/** The values of one map of a [C, H, W] tensor. */
export function mapOf({ shape: [, height, width], data }, map) {
  return data.subarray(map * height * width, (map + 1) * height * width);
}

export function meanSquaredError(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}
