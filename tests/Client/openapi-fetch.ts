import createClient from "openapi-fetch";
import type { components, paths } from "./generated/openapi-fetch/client/schema.js";
import { convolutional, ended, head, job, must, run, url } from "./steps.js";

type Job = components["schemas"]["TrainingJobResponse"];

const client = createClient<paths>({ baseUrl: url });
const jobs: Job[] = [];
const experiment: string[] = [];
const find = async (id: string) => must((await client.GET("/v1/training-jobs/{id}", { params: { path: { id } } })).data);
const reference = () => must(jobs[0]?.latestCheckpoint);

async function submit(body: components["schemas"]["TrainingJobRequest"]): Promise<Job> {
  const { data, error } = await client.POST("/v1/training-jobs", { body });
  if (error) throw error;
  jobs.push(data);
  return data;
}

await run({
  submit: async () => {
    for (const architecture of convolutional) await submit({ ...job, architecture, channels: [2, 3], kernelSize: 3 });
    return jobs.map((each) => each.settings.architecture);
  },
  dense: async () => (await submit({ ...job, architecture: "dense", denseWidths: [20, 10] })).settings.denseWidths,
  kernelSize: async () => jobs.slice(0, 4).map((each) => each.settings.kernelSize),
  experiment: async () => {
    const { data, error } = await client.POST("/v1/experiments", { body: { common: { ...job, kernelSize: 3 }, jobs: [{ channels: [1, 2] }] } });
    if (error) throw error;
    experiment.push(...data.jobs.map((each) => each.id));
    return data.jobs.length;
  },
  poll: async () => {
    for (const [index, { id }] of jobs.entries()) jobs[index] = await ended(() => find(id));
    for (const id of experiment) await ended(() => find(id));
    return jobs.map((each) => each.status);
  },
  list: async () => must((await client.GET("/v1/training-jobs", { params: { query: { name: job.name, limit: 50 } } })).data).items.length,
  checkpoint: async () => {
    const { data } = await client.GET("/v1/checkpoints/{reference}", { params: { path: { reference: reference() } } });
    return `${data?.architecture} ${data?.step} ${data?.layers.length}`;
  },
  upload: async () => {
    const image = await client.GET("/v1/datasets/{name}/{split}/{index}.png", {
      params: { path: { name: job.dataset, split: "train", index: 3 } }, parseAs: "blob",
    });
    const form = new FormData();
    form.append("image", must(image.data));
    const { data, error } = await client.POST("/v1/checkpoints/{reference}/reconstruction.png", {
      params: { path: { reference: reference() }, query: { scale: 2 } }, body: form as never, parseAs: "blob",
    });
    if (error) throw error;
    return head(data);
  },
  tiles: async () => {
    const { data, error } = await client.GET("/v1/checkpoints/{reference}/layers/{layer}/tiles.png", {
      params: { path: { reference: reference(), layer: "code" }, query: { dataset: job.dataset, index: 3, count: "all", scale: 1, gap: 0 } }, parseAs: "blob",
    });
    if (error) throw error;
    return head(data);
  },
  problem: async () => {
    const missing = await client.GET("/v1/checkpoints/{reference}", { params: { path: { reference: "missing" } } });
    const refused = await client.POST("/v1/training-jobs", { body: { steps: 0 } });
    return [missing.error?.status, missing.error?.type, refused.error?.type, Object.keys(must(refused.error?.errors))];
  },
});
