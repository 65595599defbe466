import { onceAnswered, show } from "./notifications.js";

export const REST = 150; // ms after which the pen rests

/**
 * One piece of work at a time, and the latest wins: what arrives meanwhile waits, and replaces what waited before it.
 * Nothing is cut short, so the screen follows the hand even where an answer takes longer than the next move.
 * What the service could not answer is asked again once it answers, unless something newer has been asked for.
 */
export function latest(work, failed = show, succeeded = () => {}) {
  let busy = false;
  let waiting = null;
  let current = null;

  async function offer(...request) {
    current = request;
    if (busy) {
      waiting = request;
      return;
    }
    busy = true;
    try {
      for (let next = request; next !== null; next = waiting) {
        waiting = null;
        await attempt(next);
      }
    } finally {
      busy = false;
    }
  }

  async function attempt(request) {
    try {
      await work(...request);
      succeeded();
    } catch (fault) {
      failed(fault);
      if (fault.isPassing) onceAnswered(() => request === current && offer(...request));
    }
  }

  return offer;
}
