/** A safetensors file of tensors {shape, data}, with metadata as the service writes them. */
export function writeSafetensors(tensors) {
  let offset = 0;
  const header = { __metadata__: {} };
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: data instanceof Uint8Array ? "U8" : "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const bytes = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8, " "));
  const file = new Uint8Array(8 + bytes.length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(bytes.length), true);
  file.set(bytes, 8);
  for (const [name, { data }] of Object.entries(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + bytes.length + header[name].data_offsets[0]);
  }
  return file.buffer;
}
