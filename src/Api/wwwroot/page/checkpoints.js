/** The lists to pick checkpoints from: what the service keeps, the tags, then the newest checkpoints by job. */

import * as api from "./api.js";
import { byId, count, el, loss, time } from "./dom.js";

const NEWEST = 200;
const KEPT = { latest: "latest: the newest", best: "best: the lowest test loss" };

export const pickers = [byId("pick-0"), byId("pick-1")];

/** All that can be picked, or an empty list where there is no checkpoint. */
export async function load() {
  const [page, tags] = await Promise.all([api.get(`/v1/checkpoints?limit=${NEWEST}`), tagsOrNone()]);
  const kept = tags ?? (await keptTags(page.items.length > 0));
  return { checkpoints: page.items, tags: kept };
}

/** A service that has no tags of its own answers 404 there. */
async function tagsOrNone() {
  try {
    return (await api.get("/v1/tags?limit=200")).items;
  } catch (fault) {
    if (fault.status === 404) return null;
    throw fault;
  }
}

async function keptTags(any) {
  const found = await Promise.all(Object.keys(KEPT).map((name) => (any ? api.get(`/v1/checkpoints/${name}`).catch(() => null) : null)));
  return found.filter(Boolean).map((checkpoint, i) => ({ name: Object.keys(KEPT)[i], checkpoint: checkpoint.id, keptByService: true }));
}

/** Fills both lists and keeps what was picked, where it is still there. */
export function fill({ checkpoints, tags }) {
  pickers.forEach((picker, i) => {
    const before = picker.value;
    picker.replaceChildren(
      ...(i === 1 ? [el("option", { value: "", textContent: "nothing" })] : []),
      group("Names", tags.map((tag) => el("option", { value: tag.name, textContent: KEPT[tag.name] ?? tag.name }))),
      ...byJob(checkpoints).map(([first, ...rest]) => group(
        `${first.settings.architecture} on ${first.settings.dataset}, ${time(first.createdAt)}`,
        [first, ...rest].map((each) => el("option", { value: each.id, textContent: describe(each) })))));
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
  return `${checkpoint.settings.architecture}, step ${count(checkpoint.step)}, loss ${loss(value)}`;
}

const byJob = (checkpoints) => [...Map.groupBy(checkpoints, (each) => each.jobId).values()];

const group = (label, options) => (options.length > 0 ? el("optgroup", { label }, ...options) : "");
