/** News of a running job: the service's events where it sends them, else asking again when the service says so. */

import * as api from "./api.js";
import { isOver } from "./job-row.js";

const rest = (seconds, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, 1000 * seconds);
  signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
});

/**
 * @param news {job, point, checkpoint, ended}: called as things happen.
 * @returns when the job has ended or the signal aborts.
 */
export async function follow(job, news, signal) {
  try {
    if (await listen(job, news, signal)) return;
  } catch (fault) {
    if (fault.name === "AbortError") return;
    if (!(fault instanceof api.Problem)) throw fault;
  }
  await ask(job, news, signal);
}

/** True where the stream told of the job's end; false where it broke off and the job is to be asked for. */
async function listen(job, news, signal) {
  for await (const { type, data } of api.events(job.links.events, null, signal)) {
    const told = JSON.parse(data);
    if (type === "progress") {
      if (told.point) news.point(job.id, told.point);
      news.job(job.id, { status: told.status, progress: told.progress, ...lossesOf(told.point) });
    } else if (type === "checkpoint") {
      news.checkpoint(job.id, told);
    } else if (type === "ended") {
      news.ended(told);
      return true;
    }
  }
  return false;
}

const lossesOf = (point) => (point ? { loss: { train: point.trainLoss, validation: point.validationLoss, test: null } } : {});

async function ask(job, news, signal) {
  let before = job;
  while (!signal.aborted) {
    const { body, retryAfter } = await api.poll(job.links.self, { signal });
    news.job(job.id, body);
    if (body.loss.validation !== before.loss.validation) news.points(job.id);
    if (body.latestCheckpoint !== before.latestCheckpoint) news.checkpoint(job.id, { id: body.latestCheckpoint });
    if (isOver(body)) {
      news.ended(body);
      return;
    }
    before = body;
    await rest(retryAfter ?? 1, signal);
  }
}
