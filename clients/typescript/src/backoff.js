/** Waits between calls. */

const FIRST_SECONDS = 0.5;
const LONGEST_SECONDS = 30;

/**
 * Seconds before a repetition where the service names none: twice as many each time, of which the second half is random, so that
 * clients that failed together do not return together.
 * @param {number} failures so far, in a row, at least 1.
 * @param {() => number} random 0..1.
 */
export function backoff(failures, random = Math.random) {
  return Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (failures - 1)) * (0.5 + 0.5 * random());
}

/**
 * @param {number} seconds
 * @param {AbortSignal} [signal] ends the wait with its reason.
 * @returns {Promise<void>}
 */
export function sleep(seconds, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, 1000 * seconds);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
