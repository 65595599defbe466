/**
 * One piece of work at a time, and the latest wins: what arrives meanwhile waits, and replaces what waited before it.
 * Nothing is cut short, so the screen follows the hand even where an answer takes longer than the next move.
 */
export function latest(work, failed) {
  let busy = false;
  let waiting = null;
  return async function offer(...request) {
    if (busy) {
      waiting = request;
      return;
    }
    busy = true;
    try {
      for (let next = request; next !== null; ) {
        waiting = null;
        await work(...next).catch(failed);
        next = waiting;
      }
    } finally {
      busy = false;
    }
  };
}
