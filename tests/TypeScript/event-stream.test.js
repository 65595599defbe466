import assert from "node:assert/strict";
import { test } from "node:test";
import { EventStreamParser, readEvents } from "../../clients/typescript/src/event-stream.js";

const STREAM = [
  ": alive\n\nid: 7\nevent: progress\ndata: {\"step\":\r\ndata: 1}\r\n\r\n",
  "retry: 10\n\rdata:é\n\nid: a\0b\ndata\r\revent: none\n\n",
  "id: 8\nevent: ended\ndata:  x\n\nid: 9\n\nid: 10\ndata: cut off",
].join("");
const EVENTS = [
  { type: "progress", data: '{"step":\n1}', id: "7" },
  { type: "message", data: "é", id: "7" },
  { type: "message", data: "", id: "7" },
  { type: "ended", data: " x", id: "8" },
];

const bodyOf = (parts, end = (controller) => controller.close()) => new ReadableStream({
  pull(controller) {
    if (parts.length > 0) controller.enqueue(parts.shift());
    else end(controller);
  },
});

test("events are the same wherever the stream is cut, with any line ends, and an event that is cut off is none", () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const parser = new EventStreamParser();
    assert.deepEqual([...parser.push(STREAM.slice(0, cut)), ...parser.push(STREAM.slice(cut))], EVENTS, `cut at ${cut}`);
    assert.equal(parser.lastEventId, "9");
  }
});

test("events are the same byte by byte, within a character too", async () => {
  const bytes = [...new TextEncoder().encode(STREAM)].map((byte) => Uint8Array.of(byte));
  const events = [];
  for await (const event of readEvents(bodyOf(bytes))) events.push(event);
  assert.deepEqual(events, EVENTS);
});

test("a silent stream is taken for broken", async () => {
  const silent = readEvents(bodyOf([], () => new Promise(() => {})), new EventStreamParser(), 0.02);
  await assert.rejects(silent.next(), { message: "the stream is silent for 0.02 s" });
});
