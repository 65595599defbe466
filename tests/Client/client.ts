// Trains a small network and looks into it, by nothing but the types generated from docs/openapi.json. The argument is the service's address.
import createClient from "openapi-fetch";
import { setTimeout } from "node:timers/promises";
import type { components, paths } from "./generated/schema.js";

type Job = components["schemas"]["TrainingJobResponse"];

const client = createClient<paths>({ baseUrl: process.argv[2]! });

async function ended(id: string): Promise<Job> {
  for (;;) {
    const { data: job, error } = await client.GET("/v1/training-jobs/{id}", { params: { path: { id } } });
    if (!job) throw new Error(error?.detail);
    if (job.status === "succeeded" || job.status === "failed" || job.status === "cancelled") return job;
    await setTimeout(100);
  }
}

const { data: made, error: refused } = await client.POST("/v1/training-jobs", {
  params: { header: { "Idempotency-Key": crypto.randomUUID() } },
  body: { architecture: "nearest-unpool", dataset: "synthetic-digits", steps: 40, warmupSteps: 20, evaluateEvery: 20, checkpointEvery: 20, channels: [4, 8] },
});
if (!made) throw new Error(refused.detail);

const job = await ended(made.id);
const params = { path: { reference: job.latestCheckpoint!, layer: "code" }, query: { dataset: "synthetic-digits", index: 3, count: "all" } };
const path = "/v1/checkpoints/{reference}/layers/{layer}/tiles";
const picture = await client.GET(path, { params, headers: { Accept: "image/png" }, parseAs: "arrayBuffer" });
const numbers = await client.GET(path, { params, headers: { Accept: "application/json" } });
const upload = await client.POST(path, { params: { path: params.path }, headers: { Accept: "application/json" }, body: { pixels: Array<number>(784).fill(0.5) } });
const missing = await client.GET("/v1/checkpoints/{reference}", { params: { path: { reference: "missing" } } });

console.log(JSON.stringify({
  status: job.status,
  testLoss: job.loss.test,
  png: Buffer.from(picture.data as ArrayBuffer).toString("base64"),
  maps: (numbers.data as components["schemas"]["TilesResponse"]).maps.length,
  mapsOfUpload: (upload.data as components["schemas"]["TilesResponse"]).maps.length,
  problem: missing.error?.type,
}));
