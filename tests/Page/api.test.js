import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { json, serve, stream } from "./service.js";
import * as api from "../../src/Api/wwwroot/page/api.js";

let service;

afterEach(() => {
  api.key.set("");
  return service?.close();
});

test("a refusal becomes a problem with the service's words, fields and status", async () => {
  const problem = { title: "Invalid", detail: "steps is 0.", errors: { steps: ["must be more"] } };
  service = await serve((_, response) => json(response, 400, problem));
  await assert.rejects(api.get("/v1/training-jobs"), (fault) => {
    assert.ok(fault instanceof api.Problem);
    assert.deepEqual([fault.status, fault.message, fault.errors, fault.isPassing], [400, problem.detail, problem.errors, false]);
    return true;
  });
});

test("an answer that is no problem+json is told by its status, and one that never comes as a service that is away", async () => {
  service = await serve((request, response) =>
    (request.url === "/gone" ? request.socket.destroy() : response.writeHead(502).end("<html>")));
  await assert.rejects(api.get("/proxy"), { status: 502, message: "The service answered 502.", isPassing: true });
  await assert.rejects(api.get("/gone"), { status: 0, isPassing: true });
  await assert.rejects(api.get("/slow", { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("the key is sent, is known once the service has taken it, and no more once it is refused", async () => {
  let status = 200;
  service = await serve((_, response) => json(response, status, {}));
  await api.get("/v1/caller");
  assert.equal(service.requests.at(-1).headers["x-api-key"], undefined);
  api.key.set("secret");
  assert.equal(api.key.isKnown, false);
  await api.get("/v1/caller");
  assert.equal(service.requests.at(-1).headers["x-api-key"], "secret");
  assert.equal(api.key.isKnown, true);
  status = 401;
  await assert.rejects(api.get("/v1/caller"), { wantsKey: true });
  assert.equal(api.key.isKnown, false);
});

test("a poll sends the ETag that it has, and says when to ask again", async () => {
  service = await serve((request, response) => (request.headers["if-none-match"] === '"2"'
    ? response.writeHead(304, { ETag: '"2"', "Retry-After": "5" }).end()
    : json(response, 200, { step: 1 }, { ETag: '"2"' })));
  assert.deepEqual(await api.poll("/v1/training-jobs/1"), { body: { step: 1 }, etag: '"2"', retryAfter: null });
  assert.deepEqual(await api.poll("/v1/training-jobs/1", { etag: '"2"' }), { body: null, etag: '"2"', retryAfter: 5 });
});

test("events are read whole wherever the stream is cut, with their ids, and comments are passed over", async () => {
  service = await serve(async (request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const part of [": alive\n\nid: 7\nevent: prog", "ress\ndata: {\"step\":\ndata: 1}\r\n\r", "\nevent: ended\nid: 8\ndata: é\n\n"]) {
      response.write(part);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    response.end();
  });
  const events = [];
  for await (const event of api.events("/v1/training-jobs/1/events", "6")) events.push(event);
  assert.deepEqual(events, [{ type: "progress", data: '{"step":\n1}', id: "7" }, { type: "ended", data: "é", id: "8" }]);
  assert.equal(service.requests[0].headers["last-event-id"], "6");
});

test("a stream that breaks ends in a problem, and an answer that is no stream in another", async () => {
  service = await serve((request, response) => {
    if (request.url !== "/events") return json(response, 200, {});
    stream(response, [{ type: "progress", data: {} }]);
    setTimeout(() => request.socket.destroy(), 50);
  });
  const read = async (path) => {
    for await (const event of api.events(path)) assert.equal(event.type, "progress");
  };
  await assert.rejects(read("/events"), { status: 0 });
  await assert.rejects(read("/json"), { status: 406 });
});
