/** The lists to pick checkpoints from: what the service keeps, the tags, then the newest checkpoints by job. */

import * as api from "./api.js";
import { byId, count, el, loss, time } from "./dom.js";
import { nameOf } from "./settings.js";

const NEWEST = 200;
const KEPT = { latest: "latest: the newest", best: "best: the lowest test loss" };

const EXAMPLES = { "example-strided-code-32": "strided, code 32" };
const FIRST = "example-strided-code-32";

export const pickers = [byId("pick-0"), byId("pick-1")];

/** All that can be picked: the checkpoints and tags of the store, and the examples that come with the service. */
export async function load() {
  const [checkpoints, tags, examples] = await Promise.all(
    [`/v1/checkpoints?limit=${NEWEST}`, `/v1/tags?limit=${NEWEST}`, "/v1/tags?examples=true"].map((path) => api.get(path)));
  return { checkpoints: checkpoints.items, tags: tags.items, examples: examples.items };
}

/** Fills both lists and keeps what was picked, where it is still there. */
export function fill({ checkpoints, tags, examples }) {
  pickers.forEach((picker, i) => {
    const before = picker.value;
    picker.replaceChildren(
      ...(i === 1 ? [el("option", { value: "", textContent: "none" })] : []),
      group("Names", tags.map((tag) => el("option", { value: tag.name, textContent: KEPT[tag.name] ?? tag.name }))),
      ...byJob(checkpoints).map((made) => group(
        made[0].imported ? "Imported" : `${nameOf(made[0].settings)} on ${made[0].settings.dataset}, ${time(made[0].createdAt)}`,
        made.map((each) => el("option", { value: each.id, textContent: describe(each) })))),
      group("Examples, trained beforehand", examples.map((tag) => el("option", { value: tag.name, textContent: `Example: ${EXAMPLES[tag.name] ?? tag.name.replace("example-", "")}` }))));
    picker.value = [...picker.options].some((option) => option.value === before) ? before : first(picker, i);
  });
}

/** What is looked at first: the newest of one's own; before there is any, the example with a bottleneck. */
const first = (picker, i) => (i === 1 ? "" : [...picker.options].map(({ value }) => value).find((value) => value === "latest" || value === FIRST) ?? picker.options[0]?.value ?? "");

/** Picks a checkpoint that may have been made since the lists were filled. */
export function pick(picker, checkpoint) {
  if (![...picker.options].some((option) => option.value === checkpoint)) {
    picker.append(el("option", { value: checkpoint, textContent: checkpoint }));
  }
  picker.value = checkpoint;
}

/** Picks what is looked at first. */
export function unpick() {
  pickers[0].selectedOptions[0]?.remove();
  pickers.forEach((picker, i) => (picker.value = first(picker, i)));
}

export function describe(checkpoint) {
  const value = checkpoint.losses.test ?? checkpoint.losses.validation;
  return `${checkpoint.name ?? nameOf(checkpoint.settings)}, step ${count(checkpoint.step)}, loss ${loss(value)}`;
}

const byJob = (checkpoints) => [...Map.groupBy(checkpoints, (each) => each.jobId).values()];

const group = (label, options) => (options.length > 0 ? el("optgroup", { label }, ...options) : "");
