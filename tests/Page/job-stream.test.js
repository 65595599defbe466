import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { json, serve, stream } from "./service.js";
import { follow } from "../../src/Api/wwwroot/page/job-stream.js";

const job = (status = "running", more = {}) => ({
  id: "1",
  status,
  loss: { train: null, validation: null, test: null },
  latestCheckpoint: null,
  links: { self: "/job", events: "/events" },
  ...more });

/** Notes the calls of a follower, by name. */
function news() {
  const calls = [];
  const note = (name) => (...given) => calls.push([name, given]);
  const names = ["job", "point", "points", "checkpoint", "ended", "failed"];
  return { calls, names: () => calls.map(([name]) => name), ...Object.fromEntries(names.map((name) => [name, note(name)])) };
}

let service;

afterEach(() => service.close());

test("a stream's events are told in order until the job ends, and the last id is kept", async () => {
  const point = { step: 10, trainLoss: 0.2, validationLoss: 0.1 };
  service = await serve((_, response) => stream(response, [
    { type: "progress", id: "a", data: { status: "running", progress: {}, point } },
    { type: "checkpoint", id: "b", data: { id: "c1" } },
    { type: "ended", id: "c", data: job("succeeded") }]));
  const [heard, mark] = [news(), { lastId: null }];
  await follow(job(), mark, heard, new AbortController().signal);
  assert.deepEqual(heard.names(), ["point", "job", "checkpoint", "ended"]);
  assert.deepEqual(heard.calls[1][1][1].loss, { train: 0.2, validation: 0.1, test: null });
  assert.equal(mark.lastId, "c");
});

test("where no stream can be had the job is asked for until it has ended", async () => {
  const later = job("running", { latestCheckpoint: "c2", loss: { validation: 0.1 } });
  const states = [job("running", { latestCheckpoint: "c1" }), later, job("succeeded")];
  service = await serve((request, response) => (request.url === "/events"
    ? json(response, 503, { detail: "full" })
    : json(response, 200, states.length > 1 ? states.shift() : states[0], { "Retry-After": "0.01" })));
  const heard = news();
  await follow(job(), {}, heard, new AbortController().signal);
  assert.equal(heard.names().at(-1), "ended");
  assert.ok(heard.calls.some(([name, [id, told]]) => name === "checkpoint" && id === "1" && told.id === "c2"));
  assert.ok(heard.names().includes("points"));
});

test("a job that is gone is told of no more, and an event that the store has forgotten is not asked for again", async () => {
  service = await serve((request, response) => json(response, request.url === "/events" ? 400 : 404, { detail: "none" }));
  const [heard, mark] = [news(), { lastId: "old" }];
  await follow(job(), mark, heard, new AbortController().signal);
  assert.deepEqual([heard.names(), mark.lastId], [[], null]);
});

test("a service that is away is reported, and the signal ends the wait for it", async () => {
  service = await serve((request) => request.socket.destroy());
  const controller = new AbortController();
  const heard = news();
  heard.failed = (fault) => {
    heard.calls.push(["failed", [fault]]);
    setTimeout(() => controller.abort(), 20);
  };
  await follow(job(), {}, heard, controller.signal);
  assert.deepEqual(heard.names(), ["failed"]);
  assert.equal(heard.calls[0][1][0].isPassing, true);
});
