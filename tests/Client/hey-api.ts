import { client } from "./generated/hey-api/client/client.gen.js";
import {
  createExperiment, createTrainingJob, drawTilesFromDatasetPng, getCheckpoint, getDatasetPicture, getTrainingJob, listTrainingJobs,
  reconstructUploadPng,
} from "./generated/hey-api/client/sdk.gen.js";
import type { TrainingJobRequest, TrainingJobResponse } from "./generated/hey-api/client/types.gen.js";
import { convolutional, ended, head, job, must, run, url } from "./steps.js";

client.setConfig({ baseUrl: url });
const jobs: TrainingJobResponse[] = [];
const experiment: string[] = [];
const find = async (id: string) => (await getTrainingJob({ path: { id }, throwOnError: true })).data;
const reference = () => must(jobs[0]?.latestCheckpoint);

async function submit(body: TrainingJobRequest): Promise<TrainingJobResponse> {
  const { data } = await createTrainingJob({ body, throwOnError: true });
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
    const { data } = await createExperiment({ body: { common: { ...job, kernelSize: 3 }, jobs: [{ channels: [1, 2] }] }, throwOnError: true });
    experiment.push(...data.jobs.map((each) => each.id));
    return data.jobs.length;
  },
  poll: async () => {
    for (const [index, { id }] of jobs.entries()) jobs[index] = await ended(() => find(id));
    for (const id of experiment) await ended(() => find(id));
    return jobs.map((each) => each.status);
  },
  list: async () => (await listTrainingJobs({ query: { name: job.name, limit: 50 }, throwOnError: true })).data.items.length,
  checkpoint: async () => {
    const { data } = await getCheckpoint({ path: { reference: reference() }, throwOnError: true });
    return `${data.architecture} ${data.step} ${data.layers.length}`;
  },
  upload: async () => {
    const image = await getDatasetPicture({ path: { name: job.dataset, split: "train", index: 3 }, throwOnError: true });
    const { data } = await reconstructUploadPng({
      path: { reference: reference() }, query: { scale: 2 }, body: { image: image.data as Blob }, throwOnError: true,
    });
    return head(data as Blob);
  },
  tiles: async () => {
    const { data } = await drawTilesFromDatasetPng({
      path: { reference: reference(), layer: "code" }, query: { dataset: job.dataset, index: 3, count: "all", scale: 1, gap: 0 }, throwOnError: true,
    });
    return head(data as Blob);
  },
  problem: async () => {
    const missing = await getCheckpoint({ path: { reference: "missing" } });
    const refused = await createTrainingJob({ body: { steps: 0 } });
    return [missing.error?.status, missing.error?.type, refused.error?.type, Object.keys(must(refused.error?.errors))];
  },
});
