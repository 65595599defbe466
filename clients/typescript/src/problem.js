/** What a call fails by. */

/** An answer of 400 or more. Its fields are those of its problem+json (RFC 9457). */
export class ApiError extends Error {
  /**
   * @param {number} status of the response.
   * @param {Partial<import("./schema.js").components["schemas"]["ProblemDetails"]>} problem its body; empty where it is no problem+json.
   * @param {number | null} retryAfter seconds that the service asks to wait, or null.
   */
  constructor(status, problem = {}, retryAfter = null) {
    super(problem.detail ?? problem.title ?? `The service answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    /** A URN with a fixed meaning; docs/api.md lists all. `about:blank` where the response is not the service's, but a proxy's. */
    this.type = problem.type ?? "about:blank";
    this.title = problem.title ?? "";
    /** The cause, and how to resolve it. */
    this.detail = this.message;
    /** The rules that each invalid field breaks. @type {Record<string, string[]>} */
    this.errors = problem.errors ?? {};
    /** Identifies the request in the service's log. */
    this.traceId = problem.traceId ?? null;
    this.retryAfter = retryAfter;
  }

  /** The type's last part, such as `checkpoint-not-found`. */
  get kind() {
    return this.type.slice(this.type.lastIndexOf(":") + 1);
  }

  /** @param {Response} response of status 400 or more. */
  static async from(response) {
    const isProblem = /^application\/problem\+json\b/i.test(response.headers.get("Content-Type") ?? "");
    const problem = isProblem ? await response.json().catch(() => ({})) : {};
    return new ApiError(response.status, problem, parseRetryAfter(response.headers.get("Retry-After")));
  }
}

/** The service is not reached, or its answer breaks off. `cause` is what fetch reports. */
export class ConnectionError extends Error {
  /**
   * @param {string} url
   * @param {unknown} cause
   */
  constructor(url, cause) {
    super(`No answer from ${url}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    this.name = "ConnectionError";
  }
}

/**
 * Seconds of a `Retry-After` (RFC 9110, section 10.2.3), a number or a date; null where there is none.
 * @param {string | null} value
 * @param {number} now milliseconds since 1970.
 */
export function parseRetryAfter(value, now = Date.now()) {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, (date - now) / 1000);
}
