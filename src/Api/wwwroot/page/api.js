/** The one way to the service: adds the key, and turns every refusal into a Problem with its words (RFC 9457). */

const KEY = "api-key";

const SECONDS = 60; // after which a call is given up, but for uploads, downloads and streams
const QUIET_SECONDS = 45; // after which a stream is taken for broken: the service sends a line every 15

/** The path of the page: "/", or the prefix under which a proxy shows the service. */
const BASE = new URL(".", globalThis.document?.baseURI ?? "http://localhost/").pathname;

/** Where a path of the API is from here; paths that the service has sent are so already. */
const at = (path) => (path.startsWith(BASE) ? path : BASE + path.slice(1));

export const key = {
  /** Whether the service has answered a call with the key, and not refused it since. */
  isKnown: false,

  /** Called where isKnown has changed. */
  changed: () => {},

  get: () => sessionStorage.getItem(KEY) ?? "",

  set(value) {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
    this.know(false);
  },

  know(isKnown) {
    if (this.isKnown === isKnown) return;
    this.isKnown = isKnown;
    this.changed();
  },

  /** Takes the key out of an address that ends in "#key=…", so that neither the address nor the history shows it. Returns whether there was one. */
  takeFromAddress() {
    const value = new URLSearchParams(location.hash.slice(1)).get("key");
    if (!value) return false;
    this.set(value);
    history.replaceState(history.state, "", location.pathname + location.search);
    return true;
  },
};

export class Problem extends Error {
  /** @param errors the reasons by field, where the service names fields. */
  constructor(status, detail, errors = {}) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }

  /** Whether the same call may succeed a little later: the service is away, starts, or is busy. */
  get isPassing() {
    return [0, 429, 502, 503, 504].includes(this.status);
  }

  get wantsKey() {
    return this.status === 401 || this.status === 403;
  }
}

const lost = () => new Problem(0, "The service does not answer. Is it still running?");

/** What a fetch, or the reading of its body, failed by: a Problem, but for a call that the page itself has given up. */
const faultOf = (fault) => (fault.name === "AbortError" ? fault : lost());

/** The body as "json", "blob" or "arrayBuffer". */
const read = (response, as) => response[as]().catch((fault) => {
  throw faultOf(fault);
});

async function problemOf(response) {
  const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
  const body = isProblem ? await read(response, "json") : {};
  return new Problem(response.status, body.detail ?? body.title ?? `The service answered ${response.status}.`, body.errors);
}

/** @param seconds after which the call is given up. */
async function send(path, { accept = "application/json", headers = {}, seconds = SECONDS, signal, ...options } = {}) {
  const sent = key.get();
  const withKey = sent ? { "X-API-Key": sent } : {};
  const signals = [signal, Number.isFinite(seconds) ? AbortSignal.timeout(1000 * seconds) : null].filter(Boolean);
  let response;
  try {
    response = await fetch(at(path), { ...options, signal: AbortSignal.any(signals), headers: { Accept: accept, ...withKey, ...headers } });
  } catch (fault) {
    throw faultOf(fault);
  }
  if (sent !== "" && sent === key.get() && (response.ok || response.status === 401)) key.know(response.ok);
  if (!response.ok && response.status !== 304) throw await problemOf(response);
  return response;
}

export const get = async (path, options) => read(await send(path, options), "json");

/**
 * The body, or null where it is still that of the ETag given; its ETag; and the seconds after which to ask again, or null
 * where nothing more will change.
 */
export async function poll(path, { etag, ...options } = {}) {
  const response = await send(path, { headers: etag ? { "If-None-Match": etag } : {}, ...options });
  const seconds = Number(response.headers.get("Retry-After"));
  return { body: response.status === 304 ? null : await read(response, "json"), etag: response.headers.get("ETag"), retryAfter: seconds > 0 ? seconds : null };
}

const sendJson = (path, body, options) =>
  send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...options });

export const post = async (path, body, options = {}) => read(await sendJson(path, body, options), "json");

/** The answer's bytes in the media type asked for. */
export const file = async (path, body, accept) => read(await sendJson(path, body, { accept }), "blob");

/** The answer's bytes, where they are no image. */
export const bytes = async (path, body, accept = "*/*") => read(await (body === undefined ? send(path, { accept }) : sendJson(path, body, { accept })), "arrayBuffer");

/** A batch as an NPY file, answered by one. */
export const batch = async (path, npy) =>
  read(await send(path, { method: "POST", accept: "application/x-npy", headers: { "Content-Type": "application/x-npy" }, body: npy }), "arrayBuffer");

/** Writes only where the headers' condition holds (If-Match, If-None-Match); else a Problem of status 412. */
export const put = async (path, body, headers) =>
  read(await sendJson(path, body, { method: "PUT", headers: { "Content-Type": "application/json", ...headers } }), "json");

export const remove = (path, headers = {}) => send(path, { method: "DELETE", headers });

/** What became of a file's bytes. */
export const upload = async (path, blob) =>
  read(await send(path, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: blob, seconds: Infinity }), "json");

export const download = async (path) => read(await send(path, { accept: "*/*", seconds: Infinity }), "blob");

/** An image of the service: by GET, or by POST of an image's bytes or of {pixels}. */
export async function image(path, body, options = {}) {
  const isBytes = body instanceof Blob;
  const request = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": isBytes ? body.type || "application/octet-stream" : "application/json" },
    body: isBytes ? body : JSON.stringify(body),
  };
  const response = await send(path, { accept: "image/png", ...request, ...options });
  return createImageBitmap(await read(response, "blob"));
}

/**
 * Server-sent events, read by fetch because EventSource cannot send a key (WHATWG HTML, section 9.2).
 * Yields {type, data, id}; ends when the service ends the stream, and throws a Problem where it breaks or nothing comes any more.
 */
export async function* events(path, lastId, signal) {
  const headers = lastId ? { "Last-Event-ID": lastId } : {};
  const response = await send(path, { accept: "text/event-stream", headers, signal, seconds: Infinity });
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    throw new Problem(406, "The service sends no events.");
  }
  let buffer = "";
  for await (const chunk of chunks(response.body.pipeThrough(new TextDecoderStream()))) {
    const blocks = (buffer + chunk).split(/\r?\n\r?\n/);
    buffer = blocks.pop();
    yield* blocks.map(parse).filter((event) => event.data !== "");
  }
}

/** Not "for await" over the stream itself, which Safari lacks. */
async function* chunks(stream) {
  const reader = stream.getReader();
  try {
    for (let part = await next(reader); !part.done; part = await next(reader)) yield part.value;
  } finally {
    reader.cancel().catch(() => {}); // a broken stream has nothing left to cancel
  }
}

async function next(reader) {
  let timer;
  const silence = new Promise((_, reject) => (timer = setTimeout(() => reject(lost()), 1000 * QUIET_SECONDS)));
  try {
    return await Promise.race([reader.read(), silence]);
  } catch (fault) {
    throw faultOf(fault);
  } finally {
    clearTimeout(timer);
  }
}

function parse(block) {
  const event = { type: "message", data: "", id: undefined };
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === "event") event.type = value;
    if (field === "id") event.id = value;
    if (field === "data") event.data += (event.data && "\n") + value;
  }
  return event;
}
