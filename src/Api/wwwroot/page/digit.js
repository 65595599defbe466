/** Where the digit comes from: the pad, an image file, or the test digits of a data set. All end as 784 pixels. */

import * as api from "./api.js";
import { byId, el, outdate } from "./dom.js";
import { acceptDrops } from "./drag-drop.js";
import { latest } from "./latest.js";
import { attempt, refuse } from "./notifications.js";
import { Pad } from "./pad.js";
import { read, shrink } from "./pixels.js";

/**
 * @param reference gives the checkpoint that is looked at: its calls prepare uploaded images.
 * @param asked called when a digit has been asked for that is still to come.
 * @param changed called with the pixels and the time of the event that made them.
 */
export function digitSource(reference, asked, changed) {
  /** The service prepares the image; the left half of a pair is what the network got. */
  const prepare = async (image, preprocess) =>
    api.image(`/v1/checkpoints/${reference()}/reconstruction?layout=pair&preprocess=${preprocess}`, image);

  async function takePad(at) {
    const centred = byId("centre").checked && !pad.isEmpty;
    changed(centred ? read(await prepare(await pad.blob(), "mnist")) : shrink(pad.image), at);
  }

  async function takeTestDigit(at) {
    const [name, index] = [byId("stepper-set").value, byId("stepper-index").value];
    const bitmap = await api.image(`/v1/datasets/${name}/test/${index}.png`);
    pad.show(bitmap);
    outdate(byId("pad"), false);
    changed(read(bitmap), at);
  }

  /** One source at a time, so that a test digit that comes late does not replace what has been drawn since. */
  const take = latest((source, at) => source(at), refuse);
  const fromPad = (at) => {
    outdate(byId("pad"), false);
    take(takePad, at);
  };
  const fromDataset = (at) => {
    outdate(byId("pad"));
    asked();
    take(takeTestDigit, at);
  };
  const pad = new Pad(byId("pad"), fromPad);

  const fromFile = (file) => attempt(byId("upload"), async () => {
    const bitmap = await prepare(file, "auto");
    pad.show(bitmap);
    outdate(byId("pad"), false);
    changed(read(bitmap), performance.now());
  });

  const step = (by) => {
    const index = byId("stepper-index");
    const top = Number(index.max);
    index.value = Math.min(top, Math.max(0, Number(index.value) + by));
    fromDataset(performance.now());
  };

  byId("pad-clear").onclick = () => {
    pad.clear();
    fromPad(performance.now());
  };
  byId("centre").onchange = () => fromPad(performance.now());
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

  const limit = () => (byId("stepper-index").max = byId("stepper-set").selectedOptions[0].dataset.last);

  return {
    offer(datasets) {
      byId("stepper-set").replaceChildren(...datasets.filter((set) => set.status === "available" && `${set.shape}` === "1,28,28").map((set) =>
        el("option", { value: set.name, textContent: set.name, "data-last": set.splits.test - 1 })));
      limit();
    },
    begin: () => fromDataset(performance.now()),
  };
}
