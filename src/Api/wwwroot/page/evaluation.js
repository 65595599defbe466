/** What an evaluation has found of the checkpoint that is looked at: found where there is one, made where the user asks for it. */

import * as api from "./api.js";

const SECONDS = 1;

/** The newest evaluation of a checkpoint that has ended well, or is under way; null where there is none. */
export async function find(checkpoint) {
  const { items } = await api.get(`/v1/evaluations?checkpoint=${checkpoint}&limit=20`);
  const chosen = items.find((each) => each.status === "succeeded") ?? items.find((each) => ["queued", "running"].includes(each.status));
  return chosen ? api.get(chosen.links.self) : null;
}

/** Makes an evaluation and waits for its end. @param progress called with each state of it. */
export async function make(checkpoint, progress) {
  return follow(await api.post("/v1/evaluations", { checkpoint }), progress);
}

export async function follow(evaluation, progress) {
  let now = evaluation;
  while (["queued", "running", "cancelling"].includes(now.status)) {
    progress(now);
    await new Promise((resolve) => setTimeout(resolve, 1000 * SECONDS));
    now = await api.get(now.links.self);
  }
  progress(now);
  if (now.status !== "succeeded") throw new api.Problem(422, now.error?.detail ?? `The evaluation was ${now.status}.`);
  return now;
}
