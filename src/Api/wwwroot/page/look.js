/** Looking inside: one digit through one checkpoint or two, drawn again at every stroke. */

import * as api from "./api.js";
import * as checkpoints from "./checkpoints.js";
import { digitSource } from "./digit.js";
import { byId, el } from "./dom.js";
import { latest } from "./latest.js";
import { show } from "./notice.js";
import { Reconstruction, speaker } from "./reconstruction.js";
import { Stage } from "./stages.js";

export function look() {
  let networks = [];
  let digit = null;
  const speak = speaker();

  /** The reconstructions first, for the hand; the stages follow when it rests. */
  const redraw = latest(async (at) => {
    speak(await Promise.all(networks.map((network) => network.reconstruction.update(digit, at))));
    redrawStages();
  }, show);

  const redrawStages = latest(async () => {
    const pixels = digit;
    for (const stage of networks.flatMap((network) => network.stages)) {
      if (pixels !== digit) return; // a newer digit has its own turn
      await stage.update(pixels, options());
    }
  }, show);

  const source = digitSource(() => checkpoints.pickers[0].value, (pixels, at) => {
    digit = pixels;
    redraw(at);
  });

  const open = latest(async () => {
    const next = await Promise.all(wanted().map(openNetwork));
    const drawn = digit;
    if (drawn !== null) await Promise.all(next.map((network) => drawAll(network, drawn))); // before it is shown, so that nothing flickers
    networks = next;
    byId("results").replaceChildren(...networks.map((network) => network.reconstruction.element));
    byId("networks").replaceChildren(...networks.map((network) => network.element));
    byId("networks").classList.toggle("two", networks.length === 2);
    byId("results").classList.toggle("two", networks.length === 2);
    if (digit === null) source.begin();
    else if (digit !== drawn) redraw(performance.now());
  }, show);

  checkpoints.pickers.forEach((picker) => (picker.onchange = () => open()));
  for (const id of ["all-maps", "same-range", "viridis"]) {
    byId(id).onchange = () => redrawStages();
  }

  return {
    offer: (datasets) => source.offer(datasets),

    /** Takes in checkpoints made or deleted since. */
    async refresh() {
      const found = await checkpoints.load();
      const any = found.checkpoints.length > 0;
      checkpoints.fill(found);
      byId("look-body").hidden = !any;
      byId("look-none").hidden = any;
      const ids = wanted().map((reference) => found.tags.find((tag) => tag.name === reference)?.checkpoint ?? reference);
      if (any && ids.join() !== networks.map((network) => network.checkpoint.id).join()) await open();
    },

    async pick(checkpoint) {
      await this.refresh();
      checkpoints.pick(checkpoints.pickers[0], checkpoint);
      await open();
      byId("look").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      checkpoints.pickers[0].focus({ preventScroll: true });
    },
  };
}

/** The one or two references that are picked. */
const wanted = () => checkpoints.pickers.map((picker) => picker.value).filter((reference) => reference !== "");

async function drawAll({ reconstruction, stages }, pixels) {
  await reconstruction.update(pixels, performance.now());
  for (const stage of stages) await stage.update(pixels, options());
}

async function openNetwork(reference) {
  const [checkpoint, layers] = await Promise.all([
    api.get(`/v1/checkpoints/${reference}`), api.get(`/v1/checkpoints/${reference}/layers`)]);
  const title = checkpoints.describe(checkpoint);
  const stages = layers.map((layer) => new Stage(checkpoint.id, layer));
  return {
    checkpoint,
    reconstruction: new Reconstruction(checkpoint.id, title),
    stages,
    element: el("article", { className: "one-network" }, el("h4", { textContent: title }), ...stages.map((stage) => stage.element)),
  };
}

const options = () => ({
  all: byId("all-maps").checked,
  range: byId("same-range").checked ? "layer" : "tile",
  palette: byId("viridis").checked ? "viridis" : "gray",
});
