/** The lists to pick checkpoints from: what the service keeps, the tags, then the newest checkpoints by job. */

import * as api from "./api.js";
import { byId, count, el, loss, time } from "./dom.js";

const NEWEST = 200;
const KEPT = { latest: "latest: the newest", best: "best: the lowest test loss" };

export const pickers = [byId("pick-0"), byId("pick-1")];

/** All that can be picked: no checkpoint, no names. */
export async function load() {
  const [checkpoints, tags] = await Promise.all([api.get(`/v1/checkpoints?limit=${NEWEST}`), api.get(`/v1/tags?limit=${NEWEST}`)]);
  return { checkpoints: checkpoints.items, tags: tags.items };
}

/** Fills both lists and keeps what was picked, where it is still there. */
export function fill({ checkpoints, tags }) {
  pickers.forEach((picker, i) => {
    const before = picker.value;
    picker.replaceChildren(
      ...(i === 1 ? [el("option", { value: "", textContent: "none" })] : []),
      group("Names", tags.map((tag) => el("option", { value: tag.name, textContent: KEPT[tag.name] ?? tag.name }))),
      ...byJob(checkpoints).map((made) => group(
        made[0].imported ? "Imported" : `${nameOf(made[0].settings)} on ${made[0].settings.dataset}, ${time(made[0].createdAt)}`,
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
  return `${checkpoint.name ?? nameOf(checkpoint.settings)}, step ${count(checkpoint.step)}, loss ${loss(value)}`;
}

const USUAL = { channels: "16,32", kernelSize: 5, batchSize: 60, learningRate: 0.01, seed: 1, warmupSteps: 500, noise: null, labels: null };
const WORDS = { kernelSize: "kernel", batchSize: "batch", learningRate: "rate", warmupSteps: "warm-up" };

/** The architecture and what is unusual in the settings, so that the jobs of a sweep have names of their own. */
export function nameOf(settings) {
  const size = settings.architecture === "dense" ? [`code ${settings.denseWidths.at(-1)}`] : settings.codeWidth ? [`code ${settings.codeWidth}`] : [];
  const unusual = Object.entries(USUAL)
    .filter(([name, usual]) => String(settings[name] ?? null) !== String(usual))
    .filter(([name]) => settings.architecture !== "dense" || !["channels", "kernelSize"].includes(name))
    .map(([name]) => (name === "noise" ? `noise ${settings.noise.amount}` : `${WORDS[name] ?? name} ${settings[name]}`));
  return [settings.architecture, ...size, ...unusual].join(", ");
}

const byJob = (checkpoints) => [...Map.groupBy(checkpoints, (each) => each.jobId).values()];

const group = (label, options) => (options.length > 0 ? el("optgroup", { label }, ...options) : "");
