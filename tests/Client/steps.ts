// What every client does, by nothing but what its generator made of the OpenAPI document. The arguments are the service's address, and a name
// for the client's jobs.

export const url = process.argv[2]!;

/** Trains in an instant. */
export const job = {
  name: process.argv[3]!, dataset: "synthetic-digits", steps: 2, batchSize: 8, warmupSteps: 1, evaluateEvery: 2, checkpointEvery: 2,
};

export const convolutional = ["strided", "zero-unpool", "nearest-unpool", "switch-unpool"] as const;

/** Runs the steps in their order, and prints a line for each: its name, a tab, and its value or why it failed. */
export async function run(steps: Record<string, () => Promise<unknown>>): Promise<void> {
  for (const [name, step] of Object.entries(steps)) {
    try {
      console.log(`${name}\t${await step()}`);
    } catch (error) {
      console.log(`${name}\tfailed: ${error instanceof Error ? error.message : JSON.stringify(error)}`);
    }
  }
}

/** Asks until the answer is that of an ended job. */
export async function ended<Job extends { status: string }>(get: () => Promise<Job>): Promise<Job> {
  for (;;) {
    const job = await get();
    if (job.status === "succeeded" || job.status === "failed" || job.status === "cancelled") return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The signature and the size of a PNG: its first 24 bytes, in hexadecimal. */
export const head = async (png: Blob) => Buffer.from(await png.slice(0, 24).arrayBuffer()).toString("hex");

/** The value that an answer must have. */
export function must<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("no value");
  return value;
}
