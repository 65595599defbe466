/** One map, large, with its numbers. */

import { byId, el, giveFocus } from "./dom.js";

const number = (value) => (value === 0 ? "0" : Number(value.toPrecision(4)).toString());

/** @param maps the maps of the layer as {canvas, map, name}; @param opener gets the focus back. */
export function enlarge(layer, maps, index, opener) {
  const dialog = byId("map-dialog");
  let at = index;
  const go = (by) => {
    at = (at + by + maps.length) % maps.length;
    show(layer, maps[at]);
  };
  byId("map-back").onclick = () => go(-1);
  byId("map-next").onclick = () => go(1);
  byId("map-back").disabled = byId("map-next").disabled = maps.length === 1;
  byId("map-close").onclick = () => dialog.close();
  dialog.onkeydown = (event) => {
    if (event.key === "ArrowLeft") go(-1);
    if (event.key === "ArrowRight") go(1);
  };
  dialog.onclick = (event) => event.target === dialog && dialog.close(); // the backdrop
  dialog.onclose = () => giveFocus(opener);
  show(layer, maps[at]);
  dialog.showModal();
}

function show(layer, { canvas, map, name, state }) {
  const large = byId("map-canvas");
  Object.assign(large, { width: canvas.width, height: canvas.height });
  large.getContext("2d").drawImage(canvas, 0, 0);
  byId("map-title").textContent = `${layer}, ${name}`;
  const facts = { Size: `${canvas.width}×${canvas.height}`, Min: number(map.min), Max: number(map.max), Mean: number(map.mean), ...(state ? { State: state } : {}) };
  byId("map-facts").replaceChildren(...Object.entries(facts).map(([name, value]) => el("div", {}, el("dt", { textContent: name }), el("dd", { textContent: value }))));
}
