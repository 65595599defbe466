import { parseNpy, parseSafetensors, writeNpy } from "./arrays.js";
import { backoff, sleep } from "./backoff.js";
import { EventStreamParser, readEvents } from "./event-stream.js";
import { ApiError, parseRetryAfter } from "./problem.js";
import { isPassing, send } from "./transport.js";

/** @import * as api from "./types.js" */
/** @import { NumberArray } from "./arrays.js" */

const POLL_SECONDS = 1; // where a response has no Retry-After
const TICKET_SPARE_SECONDS = 60; // before its end a ticket is replaced

/** Browsers keep responses and send their ETags by themselves; an `If-None-Match` of the page's own would cost a preflight (Fetch, section 4.8). */
const hasHttpCache = /** @type {any} */ (globalThis).process?.versions?.node === undefined;

/**
 * Calls a service. Every method throws ApiError where the service refuses, ConnectionError where it is not reached, and the reason of
 * `signal` where that aborts. Types of paths, queries, bodies and responses are those of the service's OpenAPI document.
 */
export class Client {
  #settings;
  /** @type {{ key: string, made: Promise<{ ticket: string, expiresAt: string }> } | undefined} */
  #ticket;

  /** @param {api.ClientOptions} options */
  constructor({ baseUrl = globalThis.location?.origin ?? "http://localhost:8080", key, retries = 4, longestWait = 60, fetch } = {}) {
    this.baseUrl = baseUrl.replace(/\/+$/, "");
    /** The API key; may be changed. */
    this.key = key;
    this.#settings = { fetch: fetch ?? ((...request) => globalThis.fetch(...request)), retries, longestWait };
  }

  /**
   * A call that answers JSON: `json("get", "/v1/checkpoints/{reference}", { path: { reference: "best" } })`.
   * @template {api.Method} M
   * @template {api.JsonPath<M>} P
   * @param {M} method
   * @param {P} path
   * @param {api.Arguments<api.Options<M, P>>} args
   * @returns {Promise<api.Json<M, P>>}
   */
  json(method, path, ...args) {
    return this.#call(method, path, { ...args[0], accept: "application/json" }, (response) => response.json());
  }

  /**
   * A call that answers a file, by default as PNG: images, weights, ONNX models, NumPy files.
   * @template {api.Method} M
   * @template {api.FilePath<M>} P
   * @param {M} method
   * @param {P} path
   * @param {api.Arguments<api.FileOptions<M, P>>} args
   * @returns {Promise<Blob>}
   */
  file(method, path, ...args) {
    return this.#call(method, path, { accept: "image/png, */*;q=0.5", ...args[0] }, (response) => response.blob());
  }

  /**
   * A call that answers a NumPy file, as an array. A body that is an array is sent as one: a batch of images or of codes [N, C, H, W], of
   * bytes or float32. `array("post", "/v1/checkpoints/{reference}/encode", { path: { reference: "best" }, body: { shape, values } })`
   * @template {api.Method} M
   * @param {M} method
   * @param {api.ArrayPath<M>} path
   * @param {api.ArrayOptions} options
   * @returns {Promise<NumberArray>}
   */
  array(method, path, { body, ...options } = {}) {
    const content = isArray(body) ? writeNpy(body) : body;
    return this.#call(method, path, { ...options, body: content, accept: "application/x-npy" }, async (response) =>
      parseNpy(await response.arrayBuffer()));
  }

  /**
   * The codes [N, C, H, W] of a data set's images, by default of the checkpoint's own.
   * @param {string} reference id or tag of the checkpoint.
   * @param {api.CallOptions & { query?: api.Query<"/v1/checkpoints/{reference}/codes"> }} options
   * @returns {Promise<NumberArray>}
   */
  codes(reference, options = {}) {
    return this.array("get", "/v1/checkpoints/{reference}/codes", { ...options, path: { reference } });
  }

  /**
   * The labels of a data set's images.
   * @param {string} name
   * @param {"train" | "validation" | "test"} split
   * @param {api.CallOptions & { query?: api.Query<"/v1/datasets/{name}/{split}/labels"> }} options
   * @returns {Promise<number[]>}
   */
  async labels(name, split = "test", options = {}) {
    return (await this.json("get", "/v1/datasets/{name}/{split}/labels", { ...options, path: { name, split } })).labels;
  }

  /**
   * Every layer's values for an image, by the layer's name, and the image as `input`; of a pooling `{layer}.switches`, the place of each
   * maximum in its block. The image is `body`, or one of a data set named by the query.
   * @param {string} reference id or tag of the checkpoint.
   * @param {api.CallOptions & { body?: Blob | FormData | { pixels: number[] }, query?: api.ActivationQuery }} options
   * @returns {Promise<Record<string, NumberArray>>}
   */
  activations(reference, options = {}) {
    const call = { ...options, path: { reference }, accept: "application/octet-stream" };
    return this.#call(options.body === undefined ? "get" : "post", "/v1/checkpoints/{reference}/activations", call, async (response) =>
      parseSafetensors(await response.arrayBuffer()));
  }

  /**
   * Deletes a job, an experiment, a checkpoint, a tag or a data set.
   * @param {string} path such as `/v1/tags/shown`.
   * @param {api.CallOptions} options
   * @returns {Promise<void>}
   */
  delete(path, options = {}) {
    return this.#call("delete", path, { ...options, accept: "application/json" }, async () => {});
  }

  /**
   * The elements of a list, newest first, of which each page is fetched when it is reached.
   * @template {api.ListPath} P
   * @param {P} path
   * @param {{ query?: Omit<api.Query<P>, "cursor">, signal?: AbortSignal }} options
   * @returns {AsyncGenerator<api.Item<P>, void, void>}
   */
  async *list(path, { query, signal } = {}) {
    /** @type {string | null} */
    let cursor = null;
    do {
      const options = { query: { ...query, ...(cursor && { cursor }) }, signal, accept: "application/json" };
      /** @type {{ items: api.Item<P>[], nextCursor: string | null }} */
      const page = await this.#call("get", path, options, (response) => response.json());
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  /**
   * Creates a training job and enqueues it. It is created once, even if the call is repeated.
   * @param {api.JobRequest} settings
   * @param {api.CreateOptions} options
   * @returns {Promise<api.Job>}
   */
  submit(settings, options = {}) {
    return this.json("post", "/v1/training-jobs", { ...options, idempotencyKey: options.idempotencyKey ?? randomKey(), body: settings });
  }

  /**
   * Creates an experiment: a preset, a list of jobs, or a grid.
   * @param {api.ExperimentRequest} request
   * @param {api.CreateOptions} options
   * @returns {Promise<api.Experiment>}
   */
  submitExperiment(request, options = {}) {
    return this.json("post", "/v1/experiments", { ...options, idempotencyKey: options.idempotencyKey ?? randomKey(), body: request });
  }

  /**
   * The evaluation of a checkpoint once it has ended: what its code contains. There is one of a checkpoint on the same images.
   * @param {api.EvaluationRequest} request
   * @param {api.CreateOptions} options
   * @returns {Promise<api.Evaluation>}
   */
  async evaluate(request, options = {}) {
    const idempotencyKey = options.idempotencyKey ?? randomKey();
    const { id } = await this.json("post", "/v1/evaluations", { ...options, idempotencyKey, body: request });
    for await (const evaluation of this.pollEvaluation(id, options)) {
      if (evaluation.endedAt !== null) return evaluation;
    }
    throw new Error(`The evaluation ${id} has no end.`);
  }

  /**
   * The verification of a checkpoint once it has ended: whether training again gives the same bits.
   * @param {string} reference id or tag of the checkpoint.
   * @param {api.CreateOptions} options
   * @returns {Promise<api.Verification>}
   */
  async verify(reference, options = {}) {
    const idempotencyKey = options.idempotencyKey ?? randomKey();
    const { id } = await this.json("post", "/v1/checkpoints/{reference}/verifications", { ...options, idempotencyKey, path: { reference } });
    for await (const verification of this.pollVerification(id, options)) {
      if (verification.endedAt !== null) return verification;
    }
    throw new Error(`The verification ${id} has no end.`);
  }

  /**
   * The model card of a checkpoint, each number with what measured it.
   * @param {string} reference id or tag of the checkpoint.
   * @param {api.CallOptions} options
   * @returns {Promise<api.Card>}
   */
  card(reference, options = {}) {
    return this.json("get", "/v1/checkpoints/{reference}/card", { ...options, path: { reference } });
  }

  /**
   * The model card of a checkpoint as Markdown.
   * @param {string} reference id or tag of the checkpoint.
   * @param {api.CallOptions} options
   * @returns {Promise<string>}
   */
  async cardMarkdown(reference, options = {}) {
    const call = /** @type {const} */ ({ accept: "text/markdown" });
    return (await this.file("get", "/v1/checkpoints/{reference}/card.md", { ...options, ...call, path: { reference } })).text();
  }

  /**
   * How normal an image is to a network: its error among those of the validation images. The image is `body`, or one of a data set named
   * by the query.
   * @param {string} reference id or tag of the checkpoint.
   * @param {api.CallOptions & { body?: Blob | FormData | { pixels: number[] }, query?: api.ScoreQuery }} options
   * @returns {Promise<api.Score>}
   */
  score(reference, options = {}) {
    const call = { ...options, path: { reference }, accept: "application/json" };
    return this.#call(options.body === undefined ? "get" : "post", "/v1/checkpoints/{reference}/score", call, (response) =>
      response.json());
  }

  /**
   * Imports a weights file.
   * @param {Blob} weights
   * @param {api.CreateOptions & { name?: string }} options
   * @returns {Promise<api.Checkpoint>}
   */
  importCheckpoint(weights, { name, ...options } = {}) {
    return this.json("post", "/v1/checkpoints", {
      ...options,
      idempotencyKey: options.idempotencyKey ?? randomKey(),
      query: { name },
      body: weights,
    });
  }

  /**
   * A job as it is now, and whenever it has changed, until it has ended. Waits `Retry-After` between polls, and longer where the service
   * is unreachable or busy, without end: a signal with a timeout bounds that.
   * @param {string} id
   * @param {{ signal?: AbortSignal }} options
   * @returns {AsyncGenerator<api.Job, void, void>}
   */
  poll(id, { signal } = {}) {
    return this.#poll("/v1/training-jobs/{id}", id, (job) => ["succeeded", "failed", "cancelled"].includes(job.status), signal);
  }

  /**
   * An experiment as it is now, and whenever it has changed, until it has ended; see poll.
   * @param {string} id
   * @param {{ signal?: AbortSignal }} options
   * @returns {AsyncGenerator<api.Experiment, void, void>}
   */
  pollExperiment(id, { signal } = {}) {
    return this.#poll("/v1/experiments/{id}", id, (experiment) => experiment.status === "ended", signal);
  }

  /**
   * An evaluation as it is now, and whenever it has changed, until it has ended; see poll.
   * @param {string} id
   * @param {{ signal?: AbortSignal }} options
   * @returns {AsyncGenerator<api.Evaluation, void, void>}
   */
  pollEvaluation(id, { signal } = {}) {
    return this.#poll("/v1/evaluations/{id}", id, ({ status }) => ["succeeded", "failed", "cancelled"].includes(status), signal);
  }

  /**
   * A verification as it is now, and whenever it has changed, until it has ended; see poll.
   * @param {string} id
   * @param {{ signal?: AbortSignal }} options
   * @returns {AsyncGenerator<api.Verification, void, void>}
   */
  pollVerification(id, { signal } = {}) {
    return this.#poll("/v1/verifications/{id}", id, ({ status }) => ["succeeded", "failed", "cancelled"].includes(status), signal);
  }

  /**
   * A job once it has ended.
   * @param {string} id
   * @param {{ signal?: AbortSignal }} options
   * @returns {Promise<api.Job>}
   */
  async ended(id, options = {}) {
    for await (const job of this.poll(id, options)) {
      if (job.endedAt !== null) return job;
    }
    throw new Error(`The job ${id} has no end.`);
  }

  /**
   * The events of a job, from the first to `ended`. A stream that breaks is opened again after its last event.
   * @param {string} id
   * @param {api.EventOptions} options
   * @returns {AsyncGenerator<api.JobEvent, void, void>}
   */
  async *follow(id, options = {}) {
    for await (const { type, id: eventId, data } of this.events(this.url("/v1/training-jobs/{id}/events", { path: { id } }), options)) {
      yield /** @type {api.JobEvent} */ ({ type, id: eventId, data: JSON.parse(data) });
      if (type === "ended") return;
    }
  }

  /**
   * The events of all jobs and experiments by one connection, without end: first the present state of those that run.
   * @param {api.EventOptions} options
   * @returns {AsyncGenerator<api.AnyEvent, void, void>}
   */
  async *followAll(options = {}) {
    for await (const { type, id, data } of this.events(this.url("/v1/events"), options)) {
      yield /** @type {api.AnyEvent} */ ({ type, id, data: JSON.parse(data) });
    }
  }

  /**
   * Server-sent events of an address of the service, until it has no more of them (204). A stream that breaks is opened again after its
   * last event, without end: abort the signal, or leave the loop, to close it.
   * @param {string} url
   * @param {api.EventOptions} options
   */
  async *events(url, { signal, lastEventId = "" } = {}) {
    const abort = new AbortController(); // ends the request where the loop is left
    const forward = () => abort.abort(signal?.reason);
    if (signal?.aborted) forward();
    signal?.addEventListener("abort", forward);
    try {
      yield* this.#reconnecting(url, lastEventId, abort.signal);
    } finally {
      signal?.removeEventListener("abort", forward);
      abort.abort();
    }
  }

  /**
   * The address of a GET that reads images or events, for what cannot send a key: `<img>`, CSS, EventSource. It carries a ticket, which
   * has the rights of a reader for some minutes; one ticket serves many addresses. Without a key it is the plain address.
   * @param {string} path
   * @param {{ path?: Record<string, string | number>, query?: Record<string, unknown>, signal?: AbortSignal }} options
   */
  async ticketUrl(path, { query, ...options } = {}) {
    if (!this.key) return this.url(path, { query, ...options });
    const { ticket } = await this.#validTicket(this.key, options.signal);
    return this.url(path, { ...options, query: { ...query, ticket } });
  }

  /**
   * The address of an operation, as for `<img>` where no key is needed.
   * @param {string} path
   * @param {{ path?: Record<string, string | number>, query?: Record<string, unknown> }} options
   */
  url(path, { path: values = {}, query = {} } = {}) {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined && one !== null) parameters.append(name, String(one));
      }
    }
    const search = parameters.toString();
    return this.baseUrl + path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? "")) + (search && `?${search}`);
  }

  /**
   * @param {string} key
   * @param {AbortSignal} [signal]
   * @returns {Promise<{ ticket: string, expiresAt: string }>}
   */
  async #validTicket(key, signal) {
    const known = this.#ticket?.key === key ? await this.#ticket.made.catch(() => undefined) : undefined;
    if (known && Date.parse(known.expiresAt) - Date.now() > 1000 * TICKET_SPARE_SECONDS) return known;
    const made = this.#call("post", "/v1/tickets", { body: {}, signal }, (response) => response.json());
    this.#ticket = { key, made };
    return made;
  }

  /**
   * @template T
   * @param {string} path
   * @param {string} id
   * @param {(state: T) => boolean} isEnded
   * @param {AbortSignal | undefined} signal
   * @returns {AsyncGenerator<T, void, void>}
   */
  async *#poll(path, id, isEnded, signal) {
    let [etag, failures] = ["", 0];
    while (true) {
      let wait;
      try {
        /** @type {{ state: T | null, etag: string, retryAfter: number }} */
        const answer = await this.#call("get", path, { path: { id }, headers: etag ? { "If-None-Match": etag } : {}, signal }, readState);
        ({ etag, retryAfter: wait } = answer);
        failures = 0;
        if (answer.state !== null) yield answer.state;
        if (answer.state !== null && isEnded(answer.state)) return;
      } catch (error) {
        if (!isPassing(error)) throw error;
        wait = waitAfter(error, ++failures);
      }
      await sleep(wait, signal);
    }
  }

  /**
   * @param {string} url
   * @param {string} lastEventId
   * @param {AbortSignal} signal
   */
  async *#reconnecting(url, lastEventId, signal) {
    let failures = 0;
    while (true) {
      const parser = new EventStreamParser(lastEventId);
      let wait = 0;
      try {
        const headers = { ...(lastEventId && { "Last-Event-ID": lastEventId }) };
        const response = await this.#send("GET", url, { headers, accept: "text/event-stream", signal }, async (response) => response);
        if (response.status === 204 || response.body === null) return;
        for await (const event of readEvents(response.body, parser)) {
          failures = 0;
          yield event;
        }
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (error instanceof ApiError && !isPassing(error)) throw error;
        wait = waitAfter(error, failures + 1);
      }
      failures++;
      ({ lastEventId } = parser);
      await sleep(Math.max(wait, backoff(failures)), signal);
    }
  }

  /**
   * @template T
   * @param {api.Method} method
   * @param {string} path
   * @param {CallOptions} options
   * @param {(response: Response) => Promise<T>} read
   */
  #call(method, path, { path: values, query, ...options }, read) {
    return this.#send(method.toUpperCase(), this.url(path, { path: values, query }), options, read);
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} url
   * @param {CallOptions} options
   * @param {(response: Response) => Promise<T>} read
   */
  #send(method, url, { accept = "application/json", headers, idempotencyKey, body, signal }, read) {
    const [content, type] = encode(body);
    const sent = {
      Accept: accept,
      ...(type && { "Content-Type": type }),
      ...(this.key && { "X-API-Key": this.key }),
      ...(idempotencyKey && { "Idempotency-Key": idempotencyKey }),
      ...headers,
    };
    return send({ method, url, headers: sent, body: content, signal }, this.#settings, read);
  }
}

/**
 * @typedef {api.CreateOptions & {
 *   path?: Record<string, string | number>, query?: Record<string, unknown>, body?: unknown, accept?: string
 * }} CallOptions
 */

/**
 * @param {Response} response
 * @returns {Promise<{ state: any, etag: string, retryAfter: number }>} the state, null at 304.
 */
async function readState(response) {
  return {
    state: response.status === 304 ? null : await response.json(),
    etag: hasHttpCache ? "" : response.headers.get("ETag") ?? "",
    retryAfter: parseRetryAfter(response.headers.get("Retry-After")) ?? POLL_SECONDS,
  };
}

/**
 * @param {unknown} error
 * @param {number} failures in a row.
 */
const waitAfter = (error, failures) => (error instanceof ApiError ? error.retryAfter : null) ?? backoff(failures);

/**
 * A body with its media type. A form brings its own.
 * @param {unknown} body
 * @returns {[string | Blob | FormData | undefined, string?]}
 */
function encode(body) {
  if (body === undefined || body instanceof FormData) return [body];
  if (body instanceof Blob) return [body, body.type || "application/octet-stream"];
  return [JSON.stringify(body), "application/json"];
}

/**
 * @param {unknown} body
 * @returns {body is NumberArray}
 */
const isArray = (body) => typeof body === "object" && body !== null && "shape" in body && ArrayBuffer.isView(/** @type {any} */ (body).values);

/** Unique, not secret: `crypto` is absent from Node 18, and its UUIDs from pages over plain HTTP. */
const randomKey = () => [Date.now(), ...Array.from({ length: 3 }, () => Math.random() * 2 ** 32)].map((part) => Math.floor(part).toString(36)).join("-");
