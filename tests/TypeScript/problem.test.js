import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, sleep } from "../../clients/typescript/src/backoff.js";
import { ApiError, parseRetryAfter } from "../../clients/typescript/src/problem.js";

test("a problem+json becomes an error with its fields", async () => {
  const problem = {
    type: "urn:autoencoder-api:problem:invalid-fields",
    title: "Invalid fields",
    status: 400,
    detail: "Correct the fields.",
    errors: { steps: ["must be 1 to 100000"] },
    traceId: "00-1",
  };
  const headers = { "Content-Type": "application/problem+json; charset=utf-8", "Retry-After": "3" };
  const error = await ApiError.from(new Response(JSON.stringify(problem), { status: 400, headers }));
  assert.ok(error instanceof Error);
  const { name, message, kind, type, title, status, detail, errors, traceId, retryAfter } = error;
  assert.deepEqual({ type, title, status, detail, errors, traceId }, problem);
  assert.deepEqual([name, message, kind, retryAfter], ["ApiError", problem.detail, "invalid-fields", 3]);
});

test("an answer that is no problem+json, or is cut off, becomes an error with its status", async () => {
  for (const [body, type] of [["<html>", "text/html"], ["{\"title\":", "application/problem+json"]]) {
    const error = await ApiError.from(new Response(body, { status: 502, headers: { "Content-Type": type } }));
    assert.deepEqual([error.status, error.message, error.type, error.errors], [502, "The service answered 502.", "about:blank", {}]);
  }
});

test("Retry-After is read as seconds or as a date", () => {
  const now = Date.parse("2026-11-27T12:00:00Z");
  const cases = [["5", 5], ["Fri, 27 Nov 2026 12:00:30 GMT", 30], ["Fri, 27 Nov 2026 11:00:00 GMT", 0], ["soon", null], [null, null]];
  for (const [value, seconds] of cases) assert.equal(parseRetryAfter(value, now), seconds, value);
});

test("waits double up to half a minute, and half of each is random", () => {
  assert.deepEqual([1, 2, 3, 20].map((failures) => backoff(failures, () => 1)), [0.5, 1, 2, 30]);
  assert.deepEqual([1, 2, 3, 20].map((failures) => backoff(failures, () => 0)), [0.25, 0.5, 1, 15]);
});

test("a wait ends with the reason of its signal", async () => {
  const abort = new AbortController();
  const wait = sleep(60, abort.signal);
  abort.abort(new Error("enough"));
  await assert.rejects(wait, { message: "enough" });
  await assert.rejects(sleep(60, abort.signal), { message: "enough" });
  await sleep(0.001, new AbortController().signal);
});
