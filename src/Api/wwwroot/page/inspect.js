/** Looking inside: one digit through one checkpoint or two, drawn again at every stroke. */

import * as api from "./api.js";
import * as checkpoints from "./checkpoints.js";
import { Code } from "./code.js";
import { digitSource } from "./digit.js";
import { byId, el, giveFocus, outdate } from "./dom.js";
import { Kernels, hasKernels } from "./kernels.js";
import { latest } from "./latest.js";
import { refuse, succeeded } from "./notifications.js";
import { Reconstruction, speaker } from "./reconstruction.js";
import { LayerView } from "./layers.js";
import { tagging } from "./tags.js";
import { Interpolation, interpolationForm } from "./interpolation.js";
import { weights } from "./weights.js";

export function inspect() {
  let networks = [];
  let digit = null;
  let tags = [];
  const speak = speaker();

  /** Has a part show the digit, and dims it no more where that is still the digit. */
  const renew = async (part, pixels, ...more) => {
    const outcome = await part.update(pixels, ...more);
    if (pixels === digit) outdate(part.element, false);
    return outcome;
  };

  /** The reconstructions first, for the hand; the layers follow when it rests. */
  const redraw = latest(async (at) => {
    const pixels = digit;
    speak(await Promise.all(networks.map((network) => renew(network.reconstruction, pixels, at))));
    redrawLayers();
  }, refuse, succeeded);

  const redrawLayers = latest(async () => {
    const pixels = digit;
    for (const layer of networks.flatMap((network) => network.layers)) {
      if (pixels !== digit) return; // a newer digit has its own turn
      await renew(layer, pixels, options());
    }
    for (const { code } of networks) {
      if (pixels === digit) await renew(code, pixels);
    }
  });

  const redrawKernels = latest(async () => {
    for (const kernels of networks.flatMap((network) => network.kernels)) {
      await kernels.update(options());
      outdate(kernels.element, false);
    }
  });

  const outdateAll = (parts) => networks.flatMap(parts).forEach((part) => outdate(part.element));
  const ofDigit = (network) => [network.reconstruction, ...network.layers, network.code];

  const redrawInterpolations = interpolationForm(() => networks.map((network) => network.interpolation));

  const asked = () => outdateAll(ofDigit);
  const source = digitSource(() => checkpoints.pickers[0].value, asked, (pixels, at) => {
    digit = pixels;
    asked();
    redraw(at);
  });

  const names = tagging({
    changed: () => page.refresh(),
    removed: (tag, checkpoint) => checkpoints.pickers.filter((picker) => picker.value === tag).forEach((picker) => checkpoints.pick(picker, checkpoint)),
  });
  const file = weights((checkpoint) => page.pick(checkpoint.id));
  const describe = () => {
    names.show(tags, networks[0].checkpoint);
    file.show(networks[0].checkpoint);
  };

  const open = latest(async () => {
    const next = await Promise.all(wanted().map(openNetwork));
    let drawn, choice;
    do { // before it is shown, so that nothing flickers; once more after another choice, so that the map with the focus is among the new ones
      [drawn, choice] = [digit, JSON.stringify(options())];
      if (drawn !== null) await Promise.all(next.map((network) => drawAll(network, drawn)));
    } while (JSON.stringify(options()) !== choice);
    networks = next;
    const focused = document.activeElement;
    byId("results").replaceChildren(...networks.map((network) => network.reconstruction.element));
    byId("networks").replaceChildren(...networks.map((network) => network.element));
    byId("kernels").replaceChildren(...networks.map((network) => network.learned));
    byId("ways").replaceChildren(...networks.map((network) => network.interpolation.element));
    byId("codes").replaceChildren(...networks.map((network) => network.code.element));
    giveFocus(focused);
    for (const id of ["results", "networks", "kernels", "codes"]) byId(id).classList.toggle("two", networks.length === 2);
    describe();
    redrawKernels();
    redrawInterpolations();
    if (digit === null) source.begin();
    else if (digit !== drawn) {
      outdateAll(ofDigit);
      redraw(performance.now());
    }
  });

  checkpoints.pickers.forEach((picker) => (picker.onchange = () => {
    outdateAll((network) => [...ofDigit(network), ...network.kernels, network.interpolation]);
    open();
    succeeded();
  }));
  for (const id of ["all-maps", "same-range", "viridis"]) {
    byId(id).onchange = () => {
      outdateAll((network) => [...network.layers, ...network.kernels]);
      redrawLayers();
      redrawKernels();
    };
  }

  const page = {
    offer(datasets) {
      source.offer(datasets);
      redrawInterpolations();
    },

    /** Takes in checkpoints made or deleted since. */
    async refresh() {
      const found = await checkpoints.load();
      const any = found.checkpoints.length > 0;
      checkpoints.fill(found);
      tags = found.tags;
      for (const id of ["look-body", "picked"]) byId(id).hidden = !any;
      byId("look-none").hidden = any;
      const ids = wanted().map((reference) => found.tags.find((tag) => tag.name === reference)?.checkpoint ?? reference);
      if (any && ids.join() !== networks.map((network) => network.checkpoint.id).join()) await open();
      else if (any) describe();
    },

    async pick(checkpoint) {
      await this.refresh();
      checkpoints.pick(checkpoints.pickers[0], checkpoint);
      await open();
      byId("look").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      checkpoints.pickers[0].focus({ preventScroll: true });
    },
  };
  return page;
}

/** The one or two references that are picked. */
const wanted = () => checkpoints.pickers.map((picker) => picker.value).filter((reference) => reference !== "");

async function drawAll({ reconstruction, layers, code }, pixels) {
  await reconstruction.update(pixels, performance.now());
  for (const layer of layers) await layer.update(pixels, options());
  await code.update(pixels);
}

async function openNetwork(reference) {
  const [checkpoint, layers] = await Promise.all([
    api.get(`/v1/checkpoints/${reference}`), api.get(`/v1/checkpoints/${reference}/layers`)]);
  const title = checkpoints.describe(checkpoint);
  const layerViews = layers.map((layer) => new LayerView(checkpoint.id, layer));
  const kernels = layers.filter(hasKernels).map((layer) => new Kernels(checkpoint.id, layer));
  const article = (parts) => el("article", { className: "one-network" }, el("h4", { textContent: title }), ...parts.map((part) => part.element));
  return {
    checkpoint,
    reconstruction: new Reconstruction(checkpoint.id, title),
    layers: layerViews,
    kernels,
    code: new Code(checkpoint.id, title),
    interpolation: new Interpolation(checkpoint.id, title),
    element: article(layerViews),
    learned: article(kernels),
  };
}

const options = () => ({
  all: byId("all-maps").checked,
  range: byId("same-range").checked ? "layer" : "tile",
  palette: byId("viridis").checked ? "viridis" : "gray",
});
