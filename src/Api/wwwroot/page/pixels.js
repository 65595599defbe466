/** Digits as 784 numbers, 0 background to 1 ink, row by row, and how they come on a canvas and off one. */

export const SIDE = 28;

/** Too much ink is orange, too little blue: the colours of the service's own difference image. */
const TOO_MUCH = [255, 140, 30];
const TOO_LITTLE = [60, 150, 255];

const levels = Array.from({ length: 256 }, (_, level) => Number((level / 255).toFixed(4)));

/** Means over squares of the drawing: what is left of it at 28×28. */
export function shrink(image) {
  const size = image.width / SIDE;
  const pixels = new Array(SIDE * SIDE);
  for (let i = 0; i < pixels.length; i++) {
    const [left, top] = [(i % SIDE) * size, Math.floor(i / SIDE) * size];
    let sum = 0;
    for (let y = top; y < top + size; y++) {
      for (let x = left; x < left + size; x++) sum += image.data[4 * (y * image.width + x)];
    }
    pixels[i] = levels[Math.round(sum / (size * size))];
  }
  return pixels;
}

/** The leftmost 28×28 of an image that the service rendered at one pixel a value. */
export function read(bitmap) {
  const context = new OffscreenCanvas(SIDE, SIDE).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return Array.from({ length: SIDE * SIDE }, (_, i) => levels[data[4 * i]]);
}

export const draw = (canvas, pixels) => paint(canvas, (i) => {
  const level = 255 * Math.min(1, Math.max(0, pixels[i]));
  return [level, level, level];
});

export const drawDifference = (canvas, original, reconstruction) => paint(canvas, (i) => {
  const difference = Math.min(1, Math.max(0, reconstruction[i])) - original[i];
  const strength = Math.min(1, 2 * Math.abs(difference));
  return (difference > 0 ? TOO_MUCH : TOO_LITTLE).map((channel) => channel * strength);
});

function paint(canvas, colourOf) {
  const image = new ImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    image.data.set([...colourOf(i), 255], 4 * i);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
