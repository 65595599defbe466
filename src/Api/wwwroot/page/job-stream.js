/** News of a running job: the service's events, and where those cannot be had or break off, asking for the job until they can. */

import * as api from "./api.js";
import { isOver } from "./job-row.js";

const STREAMS = 3; // of all tabs together: over HTTP/1.1 a browser opens six connections to one host
const FIRST_PAUSE = 1; // seconds until a broken stream is opened again, then twice as many each time
const LONGEST_PAUSE = 30;
const RETRY = 3; // seconds until a service that is away is asked again

const rest = (seconds, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, 1000 * seconds);
  signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
});

/**
 * @param mark {lastId}: the id of the last event received, kept for the next stream of the job.
 * @param news {job, point, points, checkpoint, ended, failed}: called as things happen.
 * @returns when the job has ended or is gone, the service refuses to tell of it, or the signal aborts.
 */
export async function follow(job, mark, news, signal) {
  let known = job;
  let [pause, opens] = [FIRST_PAUSE, 0];
  while (!signal.aborted) {
    if (performance.now() >= opens) {
      const { ended, any } = await inTurn(() => listen(job, mark, news, signal));
      if (ended) return;
      pause = any ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
      opens = performance.now() + 1000 * pause;
      known = null;
    }
    if (signal.aborted) return;
    const { body, wait } = await ask(job, known, news, signal);
    if (wait === null) return;
    known = body ?? known;
    await rest(wait, signal);
  }
}

/** Runs a stream where fewer than STREAMS are open in the tabs of this browser. Web Locks are there at https and at localhost alone. */
async function inTurn(stream) {
  if (!navigator.locks) return stream();
  for (let i = 0; i < STREAMS; i++) {
    const told = await navigator.locks.request(`events-${i}`, { ifAvailable: true }, (lock) => (lock ? stream() : null));
    if (told) return told;
  }
  return { ended: false, any: false };
}

/** @returns {ended, any}: whether the stream told of the job's end, and whether it told anything. */
async function listen(job, mark, news, signal) {
  let any = false;
  try {
    for await (const { type, data, id } of api.events(job.links.events, mark.lastId, signal)) {
      const told = JSON.parse(data);
      any = true;
      mark.lastId = id ?? mark.lastId;
      if (type === "progress") {
        if (told.point) news.point(job.id, told.point);
        news.job(job.id, { status: told.status, progress: told.progress, ...lossesOf(told.point) });
      } else if (type === "checkpoint") {
        news.checkpoint(job.id, told);
      } else if (type === "ended") {
        news.ended(told);
        return { ended: true, any };
      }
    }
  } catch (fault) {
    if (fault.name !== "AbortError" && !(fault instanceof api.Problem)) throw fault;
    if (fault.status === 400) mark.lastId = null; // the store no longer knows that event
  }
  return { ended: false, any };
}

const lossesOf = (point) => (point ? { loss: { train: point.trainLoss, validation: point.validationLoss, test: null } } : {});

/**
 * @param known the job as it was last seen; null where something may have been missed.
 * @returns {body, wait}: the job, null where the service is away; the seconds until it is to be asked for again, null where it is not.
 */
async function ask(job, known, news, signal) {
  try {
    const { body, retryAfter } = await api.poll(job.links.self, { signal });
    news.job(job.id, body);
    if (body.loss.validation !== known?.loss.validation) news.points(job.id);
    if (known !== null && body.latestCheckpoint !== known.latestCheckpoint) news.checkpoint(job.id, { id: body.latestCheckpoint });
    if (isOver(body)) news.ended(body);
    return { body, wait: isOver(body) ? null : retryAfter ?? 1 };
  } catch (fault) {
    if (!(fault instanceof api.Problem) && fault.name !== "AbortError") throw fault;
    if (fault.status !== 404) news.failed(fault); // a job that is gone was deleted
    return { body: null, wait: fault.isPassing ? RETRY : null };
  }
}
