/** Where the image comes from: the pad, an image file, or the test images of a data set. All end as the numbers that the network takes. */

import * as api from "./api.js";
import { byId, el, outdate, say } from "./dom.js";
import { acceptDrops } from "./drag-drop.js";
import { latest } from "./latest.js";
import { attempt, refuse } from "./notifications.js";
import { Pad } from "./pad.js";
import { read, shrink, withNoise } from "./pixels.js";

const ORIGINAL = 84; // px of the longer side of a file that is shown

/**
 * @param reference gives the checkpoint that is looked at: its calls prepare uploaded images.
 * @param asked called when an image has been asked for that is still to come.
 * @param changed called with {pixels, clean, source} and the time of the event that made them: clean is without the noise, source
 *   {dataset, index} of a test image, else null.
 */
export function digitSource(reference, asked, changed) {
  let shape = [1, 28, 28];
  let datasets = [];
  let clean = null; // the image without noise
  let original = null; // the file that the image was read from
  let source = null;

  /** The service prepares the image; the left half of a pair is what the network got. */
  const prepare = async (image, preprocess) =>
    read(await api.image(`/v1/checkpoints/${reference()}/reconstruction?layout=pair&preprocess=${preprocess}`, image), shape);

  async function takePad(at) {
    const centred = byId("centre").checked && !pad.isEmpty;
    give(centred ? await prepare(await pad.blob(), "mnist") : shrink(pad.image, shape), null, at);
  }

  async function takeImage(at, dataset = byId("stepper-set").value, split = "test", index = Number(byId("stepper-index").value)) {
    const image = await api.get(`/v1/datasets/${dataset}/${split}/${index}`);
    pad.show(image.pixels, shape);
    outdate(byId("pad"), false);
    give(image.pixels, { dataset, split, index, label: image.labelName ?? image.label }, at);
  }

  function give(pixels, from, at) {
    clean = pixels;
    source = from;
    describe();
    changed({ pixels: withNoise(clean, Number(byId("noise").value)), clean, source }, at);
  }

  function describe() {
    if (source !== null || original === null) byId("original").hidden = true;
    say(byId("digit-title"), source ? `${source.split === "test" ? "Test" : source.split} image ${source.index}` : original ? "Your image" : "Your drawing");
    say(byId("digit-label"), source && source.label !== null ? `label ${source.label}` : "no label");
  }

  /** One source at a time, so that a test image that comes late does not replace what has been drawn since. */
  const take = latest((from, ...rest) => from(...rest), refuse);
  const fromPad = (at) => {
    original = null;
    outdate(byId("pad"), false);
    source = null;
    describe();
    take(takePad, at);
  };
  const fromDataset = (...where) => {
    original = null;
    outdate(byId("pad"));
    asked();
    take(takeImage, performance.now(), ...where);
  };
  const pad = new Pad(byId("pad"), fromPad);

  const fromFile = (file) => attempt(byId("upload"), async () => {
    say(byId("digit-title"), `Reading ${file.name} …`);
    try {
      const pixels = await prepare(file, "auto");
      await showOriginal(file);
      pad.show(pixels, shape);
      outdate(byId("pad"), false);
      give(pixels, null, performance.now());
    } finally {
      describe();
    }
  });

  /** The file itself, small, beside what was made of it; it goes with the next image. */
  async function showOriginal(file) {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, ORIGINAL / Math.max(bitmap.width, bitmap.height));
    const canvas = byId("original").querySelector("canvas");
    Object.assign(canvas, { width: Math.max(1, Math.round(scale * bitmap.width)), height: Math.max(1, Math.round(scale * bitmap.height)) });
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    canvas.setAttribute("aria-label", file.name);
    say(byId("original-name"), `${file.name}, ${bitmap.width}×${bitmap.height}, as it came`);
    byId("original").hidden = false;
    original = file;
  }

  const step = (by) => {
    const index = byId("stepper-index");
    const top = Number(index.max);
    index.value = Math.min(top, Math.max(0, Number(index.value) + by));
    fromDataset();
  };

  byId("pad-clear").onclick = () => {
    pad.clear();
    fromPad(performance.now());
  };
  byId("centre").onchange = () => fromPad(performance.now());
  byId("noise").oninput = () => {
    say(byId("noise-value"), byId("noise").value);
    if (clean) give(clean, source, performance.now());
  };
  byId("stepper").onsubmit = (event) => event.preventDefault();
  byId("stepper-back").onclick = () => step(-1);
  byId("stepper-next").onclick = () => step(1);
  byId("stepper-index").onchange = () => step(0);
  byId("stepper-set").onchange = () => {
    limit();
    step(0);
  };
  byId("upload").onchange = () => {
    if (byId("upload").files.length > 0) fromFile(byId("upload").files[0]);
    byId("upload").value = "";
  };
  acceptDrops(document.querySelector(".source"), fromFile);

  const limit = () => {
    const last = byId("stepper-set").selectedOptions[0]?.dataset.last;
    if (last !== undefined) byId("stepper-index").max = last;
  };

  /** The sets whose images the network takes. */
  function list(preferred) {
    const fitting = datasets.filter((set) => set.status === "available" && `${set.shape}` === `${shape}`);
    const before = byId("stepper-set").value;
    byId("stepper-set").replaceChildren(...fitting.map((set) => el("option", { value: set.name, textContent: set.name, "data-last": set.splits.test - 1 })));
    const chosen = [preferred, before].find((name) => fitting.some((set) => set.name === name));
    if (chosen) byId("stepper-set").value = chosen;
    byId("stepper").hidden = fitting.length === 0;
    limit();
  }

  return {
    offer(offered) {
      datasets = offered;
      list();
    },

    /** The network that is looked at takes images of another shape, or is of another data set. */
    fit(network) {
      const isOther = `${shape}` !== `${network.imageShape}`;
      shape = network.imageShape;
      list(isOther || clean === null ? network.settings.dataset : undefined);
      if (isOther) {
        pad.resize(shape);
        clean = null;
      }
      byId("centre").closest("label").hidden = `${shape}` !== "1,28,28";
      return isOther;
    },

    /** Draws what is to be drawn first: a test image, or nothing where there is none. */
    begin() {
      if (byId("stepper-set").value !== "") fromDataset();
      else fromPad(performance.now());
    },

    /** Shows an image of a data set. */
    show({ dataset, split, index }) {
      if (split === "test" && [...byId("stepper-set").options].some((option) => option.value === dataset)) {
        byId("stepper-set").value = dataset;
        limit();
        byId("stepper-index").value = index;
      }
      fromDataset(dataset, split, index);
    },

    pad,
    draw: fromPad,
  };
}
