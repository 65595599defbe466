/** Images as numbers, 0 background to 1 ink, [C, H, W] row by row, and how they come off a canvas. */

const levels = Array.from({ length: 256 }, (_, level) => Number((level / 255).toFixed(4)));

/** Means over squares of the drawing: what is left of it at the network's size. */
export function shrink(image, [channels, height, width]) {
  const [across, down] = [image.width / width, image.height / height];
  const pixels = new Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < height * width; i++) {
      const [left, top] = [(i % width) * across, Math.floor(i / width) * down];
      let sum = 0;
      for (let y = top; y < top + down; y++) {
        for (let x = left; x < left + across; x++) sum += image.data[4 * (y * image.width + x) + channel];
      }
      pixels[channel * height * width + i] = levels[Math.round(sum / (across * down))];
    }
  }
  return pixels;
}

/** The leftmost part, as large as the network's input, of an image that the service rendered at one pixel a value. */
export function read(bitmap, [channels, height, width]) {
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return Array.from({ length: channels * height * width }, (_, i) => levels[data[4 * (i % (height * width)) + Math.floor(i / (height * width))]]);
}

/** The image with Gaussian noise of a standard deviation, always the same, kept within 0 and 1. */
export function withNoise(pixels, amount) {
  if (amount === 0) return pixels;
  let seed = 1;
  const uniform = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator: enough for what the eye sees
    return (seed + 1) / 2 ** 32;
  };
  return pixels.map((value) => {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()); // Box and Muller, 1958
    return Number(Math.min(1, Math.max(0, value + amount * normal)).toFixed(4));
  });
}
