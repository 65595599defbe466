/** Types derived from the generated document: which paths an operation has, what it takes and what it answers. */

import type { NumberArray } from "./arrays.js";
import type { components, paths } from "./schema.js";

export type Schemas = components["schemas"];
export type Job = Schemas["TrainingJobResponse"];
export type JobRequest = Schemas["TrainingJobRequest"];
export type Experiment = Schemas["ExperimentResponse"];
export type ExperimentRequest = Schemas["ExperimentRequest"];
export type Evaluation = Schemas["EvaluationResponse"];
export type EvaluationRequest = Schemas["EvaluationRequest"];
export type Verification = Schemas["VerificationResponse"];
export type Card = Schemas["CardResponse"];
export type Score = Schemas["ScoreResponse"];
export type Checkpoint = Schemas["CheckpointResponse"];

export type Method = "get" | "put" | "post" | "delete";

type Operation<M extends Method, P extends keyof paths> = P extends keyof paths ? NonNullable<paths[P][M]> : never;

/** The body of a success in a media type; never where the operation has none. */
type Content<O, Type extends string> = O extends { responses: infer R }
  ? { [S in keyof R & (200 | 201 | 202)]: R[S] extends { content: infer C } ? (Type extends keyof C ? C[Type] : never) : never }[keyof R & (200 | 201 | 202)]
  : never;

type PathWith<M extends Method, Type extends string> = {
  [P in keyof paths]: [Content<Operation<M, P>, Type>] extends [never] ? never : P;
}[keyof paths];

/** Paths that answer JSON to the method. */
export type JsonPath<M extends Method> = PathWith<M, "application/json">;

/** Paths that answer a file to the method: a PNG, weights, an ONNX model, a NumPy file, a report. */
export type FilePath<M extends Method> = PathWith<M, FileType>;
export type FileType = "image/png" | "application/octet-stream" | "application/x-npy" | "text/csv" | "text/html" | "text/markdown";

/** Paths that answer a NumPy file to the method. */
export type ArrayPath<M extends Method> = PathWith<M, "application/x-npy">;

/** Paths of lists in pages. */
export type ListPath = { [P in JsonPath<"get">]: Json<"get", P> extends { items: unknown[]; nextCursor: string | null } ? P : never }[JsonPath<"get">];

/** The JSON that an operation answers. */
export type Json<M extends Method, P extends keyof paths> = Content<Operation<M, P>, "application/json">;

/** An element of a list in pages. */
export type Item<P extends ListPath> = Json<"get", P> extends { items: (infer I)[] } ? I : never;

type PathOf<O> = O extends { parameters: { path: infer Values } } ? { path: Values } : { path?: undefined };
type QueryOf<O> = O extends { parameters: { query?: infer Values } } ? { query?: Values } : { query?: undefined };
type BodyOf<O> = O extends { requestBody: { content: infer C } }
  ? { body: BodyIn<C> }
  : O extends { requestBody?: { content: infer C } }
    ? { body?: BodyIn<C> }
    : { body?: undefined };
/** JSON as the document describes it; a file's bytes where other types are taken. */
type BodyIn<C> = (C extends { "application/json": infer J } ? J : never) | (Exclude<keyof C, "application/json"> extends never ? never : Blob | FormData);

/** What every call takes. */
export type CallOptions = {
  /** Ends the call, or the wait before its repetition, with the signal's reason. */
  signal?: AbortSignal;
  /** Headers beside those that the client sets, such as `If-Match`. */
  headers?: Record<string, string>;
};

/** What a POST that creates something takes. */
export type CreateOptions = CallOptions & {
  /** The same key and request create one thing only, within 24 hours. Default: a random one for each call, for its repetitions. */
  idempotencyKey?: string;
};

export type Options<M extends Method, P extends keyof paths> = PathOf<Operation<M, P>> &
  QueryOf<Operation<M, P>> &
  BodyOf<Operation<M, P>> &
  CreateOptions;

/** The options of a call, which may be left out where none is required. */
export type Arguments<Value> = {} extends Value ? [options?: Value] : [options: Value];

export type FileOptions<M extends Method, P extends keyof paths> = Options<M, P> & {
  /** The media type, where the operation answers several. Default `image/png`, else the only one. */
  accept?: FileType;
};

/** The options of a call that answers an array; its body may be one too. */
export type ArrayOptions = CallOptions & {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: NumberArray | Blob | FormData;
};

/** What `activations` takes of a data set's image or of an upload. */
export type ActivationQuery = Query<"/v1/checkpoints/{reference}/activations"> &
  NonNullable<QueryOf<Operation<"post", "/v1/checkpoints/{reference}/activations">>["query"]>;

/** What `score` takes of a data set's image or of an upload. */
export type ScoreQuery = Query<"/v1/checkpoints/{reference}/score"> &
  NonNullable<QueryOf<Operation<"post", "/v1/checkpoints/{reference}/score">>["query"]>;

export type Query<P extends keyof paths> = NonNullable<QueryOf<Operation<"get", P>>["query"]>;

/** An event of a job. `id` is a value for `lastEventId`. */
export type JobEvent =
  | { type: "progress"; id: string; data: Schemas["ProgressEvent"] }
  | { type: "checkpoint"; id: string; data: Checkpoint }
  | { type: "ended"; id: string; data: Job };

/** An event of any job, with the job's id as `jobId`, or of an experiment: when it is created, and when it ends. */
export type AnyEvent =
  | { type: "progress"; id: string; data: Schemas["ProgressEvent"] & { jobId: string } }
  | { type: "checkpoint"; id: string; data: Checkpoint }
  | { type: "ended"; id: string; data: Job & { jobId: string } }
  | { type: "experiment"; id: string; data: Schemas["ExperimentSummary"] };

export type EventOptions = {
  signal?: AbortSignal;
  /** The id of the last event received: the stream begins after it. */
  lastEventId?: string;
};

export type ClientOptions = {
  /** Address of the service with its path prefix, if any. Default: that of the page, or `http://localhost:8080`. */
  baseUrl?: string;
  /** The API key, sent in `X-API-Key`. */
  key?: string;
  /** Repetitions of a call that met 429, 503 or, where repeating is safe, a broken connection. Default 4. */
  retries?: number;
  /** Seconds of the longest wait before a repetition: where `Retry-After` says more, the problem is thrown. Default 60. */
  longestWait?: number;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
};
