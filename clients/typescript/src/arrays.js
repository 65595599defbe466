/** Arrays of numbers in NumPy's files and in safetensors files, in C order. */

/** @typedef {{ shape: number[], values: Float32Array | Uint8Array }} NumberArray */

const MAGIC = [0x93, ...new TextEncoder().encode("NUMPY")];
const ALIGNMENT = 64; // of an NPY file's values

/**
 * Reads an NPY file of little-endian float32 or of uint8.
 * @param {ArrayBuffer} file
 * @returns {NumberArray}
 */
export function parseNpy(file) {
  const view = new DataView(file);
  const start = MAGIC.every((byte, i) => i < file.byteLength && view.getUint8(i) === byte) ? (view.getUint8(6) === 1 ? 10 : 12) : 0;
  if (start === 0) throw new TypeError("This is no NPY file.");
  const data = start + (start === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = new TextDecoder().decode(new Uint8Array(file, start, data - start));
  const [, type] = /'descr': *'(<f4|\|u1)'/.exec(header) ?? [];
  const [, sizes] = /'shape': *\(([\d, ]*)\)/.exec(header) ?? [];
  if (!type || sizes === undefined || !/'fortran_order': *False/.test(header)) throw new TypeError(`This NPY file is not read here: ${header}`);
  const bytes = file.slice(data); // aligned
  return { shape: sizes.split(",").filter((size) => size.trim()).map(Number), values: type === "<f4" ? new Float32Array(bytes) : new Uint8Array(bytes) };
}

/**
 * Writes an NPY file.
 * @param {NumberArray} array
 * @returns {Blob}
 */
export function writeNpy({ shape, values }) {
  const type = values instanceof Uint8Array ? "|u1" : "<f4";
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const data = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const length = new Uint8Array([(data - 10) & 0xff, (data - 10) >> 8]);
  const start = new Uint8Array([...MAGIC, 1, 0]);
  const bytes = new Uint8Array(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)); // a copy of the view alone
  return new Blob([start, length, `${header.padEnd(data - 11)}\n`, bytes], { type: "application/x-npy" });
}

/**
 * Reads the float32 and uint8 tensors of a safetensors file.
 * @param {ArrayBuffer} file
 * @returns {Record<string, NumberArray>}
 */
export function parseSafetensors(file) {
  const length = Number(new DataView(file).getBigUint64(0, true));
  /** @type {Record<string, { dtype: string, shape: number[], data_offsets: [number, number] }>} */
  const { __metadata__, ...header } = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  return Object.fromEntries(
    Object.entries(header).map(([name, { dtype, shape, data_offsets: [begin, end] }]) => {
      const bytes = file.slice(8 + length + begin, 8 + length + end); // aligned
      if (dtype !== "F32" && dtype !== "U8") throw new TypeError(`The tensor ${name} is of ${dtype}, which is not read here.`);
      return [name, { shape, values: dtype === "F32" ? new Float32Array(bytes) : new Uint8Array(bytes) }];
    }));
}
