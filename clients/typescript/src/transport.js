/** One call over HTTP, repeated where that is safe. */

import { backoff, sleep } from "./backoff.js";
import { ApiError, ConnectionError } from "./problem.js";

const BUSY = [429, 503];
const PASSING = [...BUSY, 502, 504];

/**
 * @typedef {object} Call
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers
 * @property {string | Blob | FormData} [body]
 * @property {AbortSignal} [signal]
 */

/** Whether the same call may succeed later: the service is unreachable, starting or busy. @param {unknown} error */
export const isPassing = (error) => error instanceof ConnectionError || (error instanceof ApiError && PASSING.includes(error.status));

/**
 * Sends a call. It is repeated after a 429 or a 503, by which the service asks for that; after a broken connection only a GET is, and a
 * POST whose `Idempotency-Key` makes the service do it once.
 * @template T
 * @param {Call} call
 * @param {{ fetch: typeof fetch, retries: number, longestWait: number }} settings
 * @param {(response: Response) => Promise<T>} read reads a success or a 304.
 * @returns {Promise<T>}
 */
export async function send(call, settings, read) {
  for (let failures = 0; ; ) {
    try {
      return await attempt(call, settings.fetch, read);
    } catch (error) {
      failures++;
      const wait = (error instanceof ApiError ? error.retryAfter : null) ?? backoff(failures);
      if (!isRepeatable(call, error) || failures > settings.retries || wait > settings.longestWait) throw error;
      await sleep(wait, call.signal);
    }
  }
}

/**
 * @param {Call} call
 * @param {unknown} error
 */
function isRepeatable(call, error) {
  if (error instanceof ApiError) return BUSY.includes(error.status);
  return error instanceof ConnectionError && (call.method === "GET" || "Idempotency-Key" in call.headers);
}

/**
 * @template T
 * @param {Call} call
 * @param {typeof fetch} fetch
 * @param {(response: Response) => Promise<T>} read
 * @returns {Promise<T>}
 */
async function attempt({ url, ...call }, fetch, read) {
  try {
    const response = await fetch(url, call);
    if (!response.ok && response.status !== 304) throw await ApiError.from(response);
    return await read(response);
  } catch (error) {
    if (call.signal?.aborted) throw call.signal.reason;
    throw error instanceof ApiError ? error : new ConnectionError(url, error);
  }
}
