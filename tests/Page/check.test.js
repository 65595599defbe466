import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { json, serve } from "./service.js";
import { check } from "../../src/Api/wwwroot/page/check.js";

let service;

before(async () => {
  const document = JSON.parse(await readFile(new URL("../../docs/openapi.json", import.meta.url), "utf8"));
  service = await serve((_, response) => json(response, 200, document));
});

after(() => service.close());

const faultsOf = async (values) => {
  try {
    await check(values);
    return {};
  } catch (fault) {
    return fault.errors;
  }
};

test("sound settings pass, and so do fields that the document does not know", async () => {
  const known = { steps: 1000, learningRate: 0.01, channels: [8, 16], architecture: "strided", decoderBias: true, name: "first" };
  const values = { ...known, unknown: "x" };
  assert.deepEqual(await faultsOf(Object.entries(values).map(([field, value]) => ({ field, value }))), {});
  assert.equal(service.requests.length, 1);
  assert.equal(service.requests[0].url, "/openapi/v1.json");
});

test("every wrong field is named at once, with its type and range", async () => {
  const faults = await faultsOf([
    { field: "steps", value: 0 }, { field: "batchSize", value: 1.5 }, { field: "learningRate", value: "fast" },
    { field: "channels", value: [8] },
    { field: "architecture", value: "wide" }, { field: "decoderBias", value: "perhaps" }, { field: "name", value: "Not A Name" },
    { field: "startFrom", value: "latest" },
  ]);
  const expected = {
    steps: /^must be a whole number from 1 to [\d,]+\.$/,
    batchSize: /^must be a whole number from 1 to [\d,]+\.$/,
    learningRate: /^must be a number from 0\.0+1 to \d+\.$/,
    channels: /^must be two whole numbers from 1 to 64\.$/,
    architecture: /^must be one of .*strided.*\.$/,
    decoderBias: /^must be true or false\.$/,
    name: /lower-case letters/,
    startFrom: /32 hexadecimal digits/,
  };
  assert.deepEqual(Object.keys(faults).sort(), Object.keys(expected).sort());
  for (const [field, words] of Object.entries(expected)) assert.match(faults[field].join(" "), words, field);
});

test("of several values of one field each wrong one is told by what it shows", async () => {
  const faults = await faultsOf([
    { field: "seed", value: 1, shown: "1" }, { field: "seed", value: "a", shown: "a" }, { field: "seed", value: 0.5, shown: "0.5" },
  ]);
  assert.equal(faults.seed.length, 2);
  assert.match(faults.seed[0], /^“a” must be a whole number/);
  assert.match(faults.seed[1], /^“0\.5” must/);
});
