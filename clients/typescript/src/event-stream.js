/** Server-sent events (WHATWG HTML, section 9.2), read from the body of a fetch: EventSource cannot send a key, and Node lacks it. */

const QUIET_SECONDS = 45; // three of the comment lines with which a silent stream shows that it is alive

/** @typedef {{ type: string, data: string, id: string }} ServerSentEvent `id` is that of the last event that had one. */

/** Turns text, cut anywhere, into events. */
export class EventStreamParser {
  #rest = "";
  #endedInCarriageReturn = false;
  #type = "";
  /** @type {string[]} */
  #data = [];
  #id;

  /** @param {string} lastEventId of the connection before. */
  constructor(lastEventId = "") {
    this.#id = lastEventId;
    /** What a next connection sends as `Last-Event-ID`; an `id` may come without an event. */
    this.lastEventId = lastEventId;
  }

  /**
   * @param {string} text the next part of the stream.
   * @returns {ServerSentEvent[]} the events that it completes.
   */
  push(text) {
    if (text === "") return [];
    const next = this.#endedInCarriageReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.#endedInCarriageReturn = text.endsWith("\r");
    const lines = (this.#rest + next).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#read(line));
  }

  /** @param {string} line */
  #read(line) {
    if (line === "") return this.#dispatch();
    const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return [];
  }

  #dispatch() {
    this.lastEventId = this.#id;
    const events = this.#data.length === 0 ? [] : [{ type: this.#type || "message", data: this.#data.join("\n"), id: this.#id }];
    this.#type = "";
    this.#data = [];
    return events;
  }
}

/**
 * The events of one connection, until it ends. Throws what the reading of the body throws, and an Error where nothing comes any more.
 * @param {ReadableStream<Uint8Array>} body
 * @param {EventStreamParser} parser
 * @param {number} quietSeconds
 */
export async function* readEvents(body, parser = new EventStreamParser(), quietSeconds = QUIET_SECONDS) {
  const decoder = new TextDecoder();
  const reader = body.getReader(); // not "for await" over the body, which Safari lacks
  try {
    for (let part = await read(reader, quietSeconds); !part.done; part = await read(reader, quietSeconds)) {
      yield* parser.push(decoder.decode(part.value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {}); // a broken stream has nothing left to cancel
  }
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {number} quietSeconds
 */
async function read(reader, quietSeconds) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const silence = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the stream is silent for ${quietSeconds} s`)), 1000 * quietSeconds);
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    clearTimeout(timer);
  }
}
