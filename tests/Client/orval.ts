import axios, { isAxiosError } from "axios";
import {
  createExperiment, createTrainingJob, drawTilesFromDatasetPng, getCheckpoint, getDatasetPicture, getTrainingJob, listTrainingJobs,
  reconstructUploadPng, type ProblemDetails, type TrainingJobRequest, type TrainingJobResponse,
} from "./generated/orval/client/client.js";
import { convolutional, ended, head, job, must, run, url } from "./steps.js";

axios.defaults.baseURL = url;
const bytes = { responseType: "arraybuffer" } as const; // in Node, where axios makes no blobs; in a browser it does
const blob = (data: Blob) => new Blob([data as unknown as ArrayBuffer], { type: "image/png" });
const jobs: TrainingJobResponse[] = [];
const experiment: string[] = [];
const find = async (id: string) => (await getTrainingJob(id)).data;
const reference = () => must(jobs[0]?.latestCheckpoint);

async function submit(body: TrainingJobRequest): Promise<TrainingJobResponse> {
  const { data } = await createTrainingJob(body);
  jobs.push(data);
  return data;
}

async function problem(request: Promise<unknown>): Promise<ProblemDetails> {
  try {
    await request;
  } catch (error) {
    if (isAxiosError<ProblemDetails>(error)) return must(error.response?.data);
    throw error;
  }
  throw new Error("no problem");
}

await run({
  submit: async () => {
    for (const architecture of convolutional) await submit({ ...job, architecture, channels: [2, 3], kernelSize: 3 });
    return jobs.map((each) => each.settings.architecture);
  },
  dense: async () => (await submit({ ...job, architecture: "dense", denseWidths: [20, 10] })).settings.denseWidths,
  kernelSize: async () => jobs.slice(0, 4).map((each) => each.settings.kernelSize),
  experiment: async () => {
    const { data } = await createExperiment({ common: { ...job, kernelSize: 3 }, jobs: [{ channels: [1, 2] }] });
    experiment.push(...data.jobs.map((each) => each.id));
    return data.jobs.length;
  },
  poll: async () => {
    for (const [index, { id }] of jobs.entries()) jobs[index] = await ended(() => find(id));
    for (const id of experiment) await ended(() => find(id));
    return jobs.map((each) => each.status);
  },
  list: async () => (await listTrainingJobs({ name: job.name, limit: 50 })).data.items.length,
  checkpoint: async () => {
    const { data } = await getCheckpoint(reference());
    return `${data.architecture} ${data.step} ${data.layers.length}`;
  },
  upload: async () => {
    const image = blob((await getDatasetPicture(job.dataset, "train", 3, {}, bytes)).data);
    return head(blob((await reconstructUploadPng(reference(), { image }, { scale: 2 }, bytes)).data));
  },
  tiles: async () => {
    const params = { dataset: job.dataset, index: 3, count: "all", scale: 1, gap: 0 };
    return head(blob((await drawTilesFromDatasetPng(reference(), "code", params, bytes)).data));
  },
  problem: async () => {
    const missing = await problem(getCheckpoint("missing"));
    const refused = await problem(createTrainingJob({ steps: 0 }));
    return [missing.status, missing.type, refused.type, Object.keys(must(refused.errors))];
  },
});
