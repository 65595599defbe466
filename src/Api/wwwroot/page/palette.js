/**
 * Three palettes with three meanings: grey is an image from 0 to 1, viridis (van der Walt and Smith, 2015) an activation from 0 to a maximum,
 * diverging a signed number, whose zero is the paper.
 */

const VIRIDIS = ["#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
const DIVERGING = {
  light: ["#134b8e", "#3f86cc", "#a9cdec", "#ffffff", "#f8cd9b", "#e8892b", "#a84300"],
  dark: ["#9fd0ff", "#4b9bef", "#23507f", "#1b1e22", "#7d4715", "#f08f35", "#ffcf9c"],
};
const GREY = ["#000000", "#ffffff"];

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** 256 colours along the stops. */
function table(stops) {
  const colours = stops.map(rgb);
  const result = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (colours.length - 1);
    const low = Math.min(colours.length - 2, Math.floor(at));
    for (let channel = 0; channel < 3; channel++) {
      result[4 * i + channel] = colours[low][channel] + (at - low) * (colours[low + 1][channel] - colours[low][channel]);
    }
    result[4 * i + 3] = 255;
  }
  return result;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const tables = { grey: table(GREY), viridis: table(VIRIDIS), light: table(DIVERGING.light), dark: table(DIVERGING.dark) };
const tableOf = (palette) => tables[palette === "diverging" ? (dark.matches ? "dark" : "light") : palette];

const probe = document.createElement("span");

/** A colour of the page's style sheet, as a canvas takes it. */
export function colourNamed(name) {
  if (!probe.isConnected) {
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

/** Called when the system goes from light to dark or back: what is drawn with the diverging palette is drawn again. */
export const onSchemeChange = (redraw) => dark.addEventListener("change", redraw);

/** The place of a value in the table: 0..255. */
function place(value, palette, max) {
  if (!(max > 0)) return palette === "diverging" ? 127.5 : 0;
  const share = palette === "diverging" ? 0.5 + value / (2 * max) : value / max;
  return Math.round(255 * Math.min(1, Math.max(0, share)));
}

/** The colour of one value, as CSS, and black or white, whichever can be read on it. */
export function colourOf(value, palette, max) {
  const at = 4 * Math.round(place(value, palette, max));
  const [red, green, blue] = tableOf(palette).subarray(at, at + 3);
  return { background: `rgb(${red} ${green} ${blue})`, ink: 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#000" : "#fff" };
}

/** Fills a canvas with a map of height × width values, one pixel a value. */
export function drawMap(canvas, values, [height, width], palette, max) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  put(image, 0, 0, values, height, width, palette, max);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Fills a canvas with an image of one channel, or of three in colour, whose values run from 0 to 1. */
export function drawImage(canvas, values, [channels, height, width]) {
  if (channels === 1) return drawMap(canvas, values, [height, width], "grey", 1);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    for (let channel = 0; channel < 3; channel++) image.data[4 * i + channel] = 255 * Math.min(1, Math.max(0, values[channel * height * width + i]));
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Puts a map into an image at a place. */
export function put(image, top, left, values, height, width, palette, max) {
  const colours = tableOf(palette);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * Math.round(place(values[y * width + x], palette, max));
      const to = 4 * ((top + y) * image.width + left + x);
      for (let channel = 0; channel < 4; channel++) image.data[to + channel] = colours[at + channel];
    }
  }
}

export function largest(values) {
  let max = 0;
  for (const value of values) max = Math.max(max, Math.abs(value));
  return max;
}

export const isSigned = (values) => values.some((value) => value < 0);

/** A number as people read it on the page: three digits that count, a true minus. */
export function number(value, digits = 3) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 100 ? size.toFixed(1) : size >= 1 ? size.toFixed(2) : size >= 0.0005 ? size.toPrecision(digits) : size.toExponential(1);
  return (value < 0 ? "−" : "") + text.replace("e-", "e−");
}

export const fixed = (value, places = 2) => ((value < 0 && Number(value.toFixed(places)) !== 0) ? "−" : "") + Math.abs(value).toFixed(places);
