// Runs an exported model on an image and compares with the service's reconstruction: docs/serving.md.
// node reconstruct.js MODEL IMAGE RECONSTRUCTION [BATCH]
import { readFile } from "node:fs/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";

const [model, image, reconstructed, batch = "1"] = process.argv.slice(2);
const { shape, pixels } = JSON.parse(await readFile(image, "utf8")); // shape: [C, H, W]
const expected = JSON.parse(await readFile(reconstructed, "utf8"));
const images = Number(batch);
const values = Float32Array.from({ length: images * pixels.length }, (_, i) => pixels[i % pixels.length]); // the image, repeated

const session = await InferenceSession.create(model);
const picture = new Tensor("float32", values, [images, ...shape]); // [N, C, H, W]
const { reconstruction, code } = await session.run({ picture });

let squares = 0;
let difference = 0;
reconstruction.data.forEach((value, i) => {
  squares += (value - values[i]) ** 2;
  difference = Math.max(difference, Math.abs(value - expected.pixels[i % pixels.length]));
});
console.log(`shape of the code: ${code.dims}`);
console.log(`MSE: ${(squares / values.length).toExponential(3)}, in the service ${expected.mse.toExponential(3)}`);
console.log(`largest difference: ${difference.toExponential(2)}`);

const start = performance.now();
let runs = 0;
for (; performance.now() < start + 1000; runs++) await session.run({ picture });
console.log(`images/s in batches of ${images}: ${Math.round((1000 * runs * images) / (performance.now() - start))}`);
