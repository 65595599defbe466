import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ApiError, Client, ConnectionError, parseNpy, writeNpy } from "../../clients/typescript/src/index.js";
import { json, serve, stream } from "../Page/service.js";

let service;

afterEach(() => service?.close());

const client = new Client({ baseUrl: "", key: "secret", retries: 2 });

/** Answers in turn; the last answer again and again. */
const inTurn = (...answers) => serve((request, response) => (answers.length > 1 ? answers.shift() : answers[0])(request, response));

const busy = (status, wait) => (_, response) => json(response, status, { detail: "busy" }, { "Retry-After": wait });
const broken = (request) => request.socket.destroy();
const found = (_, response) => json(response, 200, { name: "ci" });
const created = (_, response) => json(response, 202, { id: "1" });
const caller = (options) => client.json("get", "/v1/caller", options);

async function all(generator) {
  const values = [];
  for await (const value of generator) values.push(value);
  return values;
}

test("an array is sent as a NumPy file and read from one", async () => {
  const chunks = [];
  service = await serve(async (request, response) => {
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(200, { "Content-Type": "application/x-npy" }).end(Buffer.concat(chunks));
  });
  const values = new Float32Array([9, 0, 0.25, 1, 9]).subarray(1, 4); // a view that begins within its buffer
  const path = { reference: "best" };
  const echoed = await client.array("post", "/v1/checkpoints/{reference}/encode", { path, body: { shape: [1, 3, 1, 1], values } });
  assert.deepEqual(echoed, { shape: [1, 3, 1, 1], values: new Float32Array([0, 0.25, 1]) });
  const [request] = service.requests;
  assert.equal(request.headers["content-type"], "application/x-npy");
  assert.equal(request.headers.accept, "application/x-npy");
  const file = Buffer.concat(chunks);
  assert.equal(file.length, 128 + 12);
  assert.equal(file.subarray(0, 10).toString("latin1"), "\x93NUMPY\x01\x00v\x00");
  assert.equal(file.subarray(10, 128).toString().trimEnd(), "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 1, 1), }");
});

test("codes, labels and activations are arrays of their shapes", async () => {
  const npy = await writeNpy({ shape: [3], values: new Uint8Array([7, 2, 1]) }).arrayBuffer();
  const header = Buffer.from(JSON.stringify({
    __metadata__: {},
    input: { dtype: "F32", shape: [1, 1, 2], data_offsets: [0, 8] },
    "pool1.switches": { dtype: "U8", shape: [1, 1, 1], data_offsets: [8, 9] },
  }));
  const tensors = Buffer.concat([
    Buffer.from(new BigUint64Array([BigInt(header.length)]).buffer), header, Buffer.from(new Float32Array([0.5, 1]).buffer), Buffer.from([3])]);
  service = await serve((request, response) => {
    if (request.url.includes("/labels")) json(response, 200, { first: 0, labels: [7, 2, 1], names: null });
    else response.writeHead(200).end(request.url.includes("/codes") ? Buffer.from(npy) : tensors);
  });
  assert.deepEqual(await client.codes("best", { query: { first: 2, count: 3 } }), { shape: [3], values: new Uint8Array([7, 2, 1]) });
  assert.deepEqual(await client.labels("mnist", "train"), [7, 2, 1]);
  const expected = { input: { shape: [1, 1, 2], values: new Float32Array([0.5, 1]) }, "pool1.switches": { shape: [1, 1, 1], values: new Uint8Array([3]) } };
  assert.deepEqual(await client.activations("best", { query: { dataset: "mnist", index: 3 } }), expected);
  assert.deepEqual(await client.activations("best", { body: { pixels: [0.5, 1] } }), expected);
  assert.deepEqual(service.requests.map(({ method, url }) => `${method} ${url}`), [
    "GET /v1/checkpoints/best/codes?first=2&count=3",
    "GET /v1/datasets/mnist/train/labels",
    "GET /v1/checkpoints/best/activations?dataset=mnist&index=3",
    "POST /v1/checkpoints/best/activations",
  ]);
});

test("an evaluation is created once and polled until it has ended", async () => {
  const evaluation = (status, endedAt) => (_, response) => json(response, 200, { id: "7", status, endedAt }, { "Retry-After": "0" });
  service = await inTurn(busy(503, "0"), evaluation("queued", null), evaluation("running", null), evaluation("succeeded", "2026"));
  assert.equal((await client.evaluate({ checkpoint: "best" })).status, "succeeded");
  const [first, second, third] = service.requests;
  assert.deepEqual([first.method, second.method, third.url], ["POST", "POST", "/v1/evaluations/7"]);
  assert.equal(first.headers["idempotency-key"], second.headers["idempotency-key"]);
  await client.score("best", { query: { index: 3, quantile: 0.9 } });
  await client.score("best", { body: { pixels: [0] } });
  assert.deepEqual(service.requests.slice(-2).map(({ method, url }) => `${method} ${url}`), [
    "GET /v1/checkpoints/best/score?index=3&quantile=0.9",
    "POST /v1/checkpoints/best/score",
  ]);
});

test("a verification is created once and polled until it has ended, and a card is read as JSON and as text", async () => {
  const verification = (status, endedAt) => (_, response) => json(response, 200, { id: "8", status, endedAt }, { "Retry-After": "0" });
  service = await inTurn(busy(503, "0"), verification("queued", null), verification("running", null), verification("succeeded", "2026"),
    (_, response) => json(response, 200, { title: "a card" }), (_, response) => json(response, 200, "a text"));
  assert.equal((await client.verify("best")).status, "succeeded");
  assert.deepEqual(await client.card("best"), { title: "a card" });
  assert.equal(await client.cardMarkdown("best"), '"a text"');
  assert.equal(service.requests[0].headers["idempotency-key"], service.requests[1].headers["idempotency-key"]);
  assert.deepEqual(service.requests.slice(1).map(({ method, url }) => `${method} ${url}`), [
    "POST /v1/checkpoints/best/verifications",
    "GET /v1/verifications/8",
    "GET /v1/verifications/8",
    "GET /v1/checkpoints/best/card",
    "GET /v1/checkpoints/best/card.md",
  ]);
  assert.equal(service.requests.at(-1).headers.accept, "text/markdown");
});

test("a NumPy file of other values, or none at all, is refused", () => {
  const of = (text) => new TextEncoder().encode(text).buffer;
  assert.throws(() => parseNpy(of("not one")), /no NPY file/);
  const other = new Uint8Array([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 60, 0, ...new TextEncoder().encode("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".padEnd(60))]);
  assert.throws(() => parseNpy(other.buffer), /<f8/);
});

test("an address has the service's prefix, an encoded path and each value of the query", () => {
  const lab = new Client({ baseUrl: "https://example.org/lab/" });
  assert.equal(
    lab.url("/v1/tags/{tag}", { path: { tag: "a/b" }, query: { x: [1, 2], y: undefined, z: "ü" } }),
    "https://example.org/lab/v1/tags/a%2Fb?x=1&x=2&z=%C3%BC");
});

test("a call carries the key, and is repeated after 429, 503 and a broken connection", async () => {
  service = await inTurn(busy(429, 0), busy(503, 0), found);
  assert.deepEqual(await caller(), { name: "ci" });
  assert.deepEqual(service.requests.map(({ headers }) => headers["x-api-key"]), ["secret", "secret", "secret"]);
  await service.close();
  service = await inTurn(broken, found);
  assert.deepEqual(await caller(), { name: "ci" });
});

test("a refusal, too long a wait and one failure too many are thrown", async () => {
  for (const [answer, status, requests] of [[busy(400, 0), 400, 1], [busy(503, 61), 503, 1], [busy(503, 0), 503, 3]]) {
    service = await inTurn(answer);
    await assert.rejects(caller(), (error) => error instanceof ApiError && error.status === status);
    assert.equal(service.requests.length, requests);
    await service.close();
  }
});

test("a POST is repeated after a broken connection only with its Idempotency-Key", async () => {
  service = await inTurn(broken, created);
  assert.deepEqual(await client.submit({ steps: 20 }), { id: "1" });
  const keys = service.requests.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(keys.length, 2);
  assert.match(keys[0], /^[\x21-\x7e]{8,255}$/);
  assert.equal(keys[1], keys[0]);
  await client.submit({ steps: 20 });
  assert.notEqual(service.requests[2].headers["idempotency-key"], keys[0]);
  await service.close();

  service = await inTurn(broken, created);
  await assert.rejects(client.json("post", "/v1/training-jobs/{id}/cancel", { path: { id: "1" } }), ConnectionError);
  assert.equal(service.requests.length, 1);
});

test("an aborted call, and one that waits for its repetition, end with the signal's reason", async () => {
  const abort = new AbortController();
  service = await serve((request, response) => {
    response.on("finish", () => setTimeout(() => abort.abort(new Error("enough")), 50));
    busy(503, 30)(request, response);
  });
  await assert.rejects(caller({ signal: abort.signal }), { message: "enough" });
  await assert.rejects(caller({ signal: abort.signal }), { message: "enough" });
  assert.equal(service.requests.length, 1);
});

test("a poll sends its ETag, waits as long as it is told, survives an outage and ends with the job", async () => {
  const job = (status) => (_, response) => json(response, 200, { status }, { ETag: `"${status}"`, "Retry-After": 0 });
  const unchanged = (request, response) => response.writeHead(304, { ETag: request.headers["if-none-match"], "Retry-After": 0 }).end();
  service = await inTurn(job("queued"), unchanged, busy(502, 0), job("running"), job("succeeded"));
  assert.deepEqual((await all(client.poll("1"))).map(({ status }) => status), ["queued", "running", "succeeded"]);
  assert.deepEqual(
    service.requests.map(({ headers }) => headers["if-none-match"]),
    [undefined, '"queued"', '"queued"', '"queued"', '"running"']);
});

test("a poll of a job that is gone ends in the problem", async () => {
  service = await inTurn(busy(404, 0));
  await assert.rejects(all(client.poll("1")), { status: 404 });
});

test("a list is read page by page", async () => {
  service = await serve(({ url }, response) =>
    json(response, 200, url.includes("cursor=next") ? { items: [3], nextCursor: null } : { items: [1, 2], nextCursor: "next" }));
  assert.deepEqual(await all(client.list("/v1/checkpoints", { query: { limit: 2 } })), [1, 2, 3]);
  assert.deepEqual(service.requests.map(({ url }) => url), ["/v1/checkpoints?limit=2", "/v1/checkpoints?limit=2&cursor=next"]);
  await all(client.list("/v1/training-jobs", { query: { dataset: "mnist", metadata: ["team:vision", "run:a:1"] } }));
  assert.equal(service.requests[2].url, "/v1/training-jobs?dataset=mnist&metadata=team%3Avision&metadata=run%3Aa%3A1");
});

test("a stream that breaks is opened again after its last event, with the key, until the job has ended", async () => {
  service = await inTurn(
    (request, response) => {
      stream(response, [{ type: "progress", id: "3", data: { step: 1 } }]);
      setTimeout(() => request.socket.destroy(), 20);
    },
    broken,
    busy(503, 0),
    (_, response) => response.writeHead(200, { "Content-Type": "text/event-stream" }).end("id: 4\n\n"),
    (_, response) => stream(response, [{ type: "progress", id: "5", data: { step: 2 } }, { type: "ended", id: "6", data: {} }]));
  const events = await all(client.follow("1"));
  assert.deepEqual(events.map(({ type, id }) => `${type} ${id}`), ["progress 3", "progress 5", "ended 6"]);
  assert.deepEqual(service.requests.map(({ headers }) => headers["last-event-id"]), [undefined, "3", "3", "3", "4"]);
  assert.equal(service.requests.at(-1).headers["x-api-key"], "secret");
});

test("one ticket serves many addresses until it is about to end or the key changes, and without a key there is none", async () => {
  const ticket = (name, seconds) => (_, response) =>
    json(response, 201, { ticket: name, expiresAt: new Date(Date.now() + 1000 * seconds).toISOString() });
  service = await inTurn(ticket("a", 900), ticket("b", 30), ticket("c", 900));
  const viewer = new Client({ baseUrl: "", key: "reader" });
  const address = (index) => viewer.ticketUrl("/v1/datasets/{name}/{split}/{index}.png", { path: { name: "mnist", split: "test", index }, query: { scale: 2 } });
  assert.deepEqual(await Promise.all([address(0), address(1)]), [0, 1].map((index) => `/v1/datasets/mnist/test/${index}.png?scale=2&ticket=a`));
  viewer.key = "another";
  assert.match(await address(0), /ticket=b$/);
  assert.match(await address(0), /ticket=c$/);
  assert.match(await address(0), /ticket=c$/);
  assert.deepEqual(service.requests.map(({ method, url }) => `${method} ${url}`), ["POST /v1/tickets", "POST /v1/tickets", "POST /v1/tickets"]);
  assert.equal(await new Client({ baseUrl: "" }).ticketUrl("/v1/tags"), "/v1/tags");
});

test("the stream of all jobs goes on where the service has closed it", async () => {
  const part = (type, id) => (_, response) => {
    stream(response, [{ type, id, data: { jobId: id } }]);
    response.end();
  };
  service = await inTurn(part("progress", "a"), part("ended", "b"));
  const seen = [];
  for await (const { type, id, data } of client.followAll()) {
    seen.push([type, id, data.jobId]);
    if (type === "ended") break;
  }
  assert.deepEqual(seen, [["progress", "a", "a"], ["ended", "b", "b"]]);
  assert.deepEqual(service.requests.map(({ url, headers }) => [url, headers["last-event-id"]]), [["/v1/events", undefined], ["/v1/events", "a"]]);
});

test("a stream ends at 204, at a refusal with its problem, and at an abort with its reason", async () => {
  service = await inTurn((_, response) => response.writeHead(204).end());
  assert.deepEqual(await all(client.follow("1", { lastEventId: "9" })), []);
  assert.equal(service.requests[0].headers["last-event-id"], "9");
  await service.close();

  service = await inTurn(busy(404, 0));
  await assert.rejects(all(client.follow("1")), { status: 404 });
  await service.close();

  const abort = new AbortController();
  service = await serve((_, response) => stream(response, [{ type: "progress", id: "1", data: {} }]));
  await assert.rejects(async () => {
    for await (const { type } of client.follow("1", { signal: abort.signal })) abort.abort(new Error(`after ${type}`));
  }, { message: "after progress" });
});

test("leaving the loop closes the stream", async () => {
  let closed;
  const isClosed = new Promise((resolve) => (closed = resolve));
  service = await serve((request, response) => {
    response.on("close", closed);
    stream(response, [{ type: "progress", id: "1", data: {} }]);
  });
  for await (const { type } of client.follow("1")) {
    assert.equal(type, "progress");
    break;
  }
  await isClosed;
});
