/** The lists to pick checkpoints from: what the service keeps, the tags, then the newest checkpoints by job. */

import * as api from "./api.js";
import { byId, count, el, loss, time } from "./dom.js";

const NEWEST = 200;
const KEPT = { latest: "latest: the newest", best: "best: the lowest test loss" };

export const pickers = [byId("pick-0"), byId("pick-1")];

/** The page draws digits; networks on other images are left to the API. */
const takesDigits = ({ settings }) => settings.imageShape.join() === "1,28,28";

/** All that can be picked: no checkpoint, no names. */
export async function load() {
  const [checkpoints, tags] = await Promise.all([api.get(`/v1/checkpoints?limit=${NEWEST}`), api.get(`/v1/tags?limit=${NEWEST}`)]);
  const others = new Set(checkpoints.items.filter((each) => !takesDigits(each)).map((each) => each.id));
  return {
    checkpoints: checkpoints.items.filter(takesDigits),
    tags: tags.items.filter((tag) => !others.has(tag.checkpoint)),
  };
}

/** Fills both lists and keeps what was picked, where it is still there. */
export function fill({ checkpoints, tags }) {
  pickers.forEach((picker, i) => {
    const before = picker.value;
    picker.replaceChildren(
      ...(i === 1 ? [el("option", { value: "", textContent: "none" })] : []),
      group("Names", tags.map((tag) => el("option", { value: tag.name, textContent: KEPT[tag.name] ?? tag.name }))),
      ...byJob(checkpoints).map((made) => group(
        made[0].imported ? "Imported" : `${made[0].settings.architecture} on ${made[0].settings.dataset}, ${time(made[0].createdAt)}`,
        made.map((each) => el("option", { value: each.id, textContent: describe(each) })))));
    picker.value = [...picker.options].some((option) => option.value === before) ? before : picker.options[0]?.value ?? "";
  });
}

/** Picks a checkpoint that may have been made since the lists were filled. */
export function pick(picker, checkpoint) {
  if (![...picker.options].some((option) => option.value === checkpoint)) {
    picker.append(el("option", { value: checkpoint, textContent: checkpoint }));
  }
  picker.value = checkpoint;
}

export function describe(checkpoint) {
  const value = checkpoint.losses.test ?? checkpoint.losses.validation;
  return `${checkpoint.name ?? checkpoint.settings.architecture}, step ${count(checkpoint.step)}, loss ${loss(value)}`;
}

const byJob = (checkpoints) => [...Map.groupBy(checkpoints, (each) => each.jobId).values()];

const group = (label, options) => (options.length > 0 ? el("optgroup", { label }, ...options) : "");
