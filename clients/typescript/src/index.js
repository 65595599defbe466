export { parseNpy, parseSafetensors, writeNpy } from "./arrays.js";
export { Client } from "./client.js";
export { EventStreamParser } from "./event-stream.js";
export { ApiError, ConnectionError } from "./problem.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {import("./types.js").Schemas} Schemas */
/** @typedef {import("./types.js").Job} Job */
/** @typedef {import("./types.js").JobRequest} JobRequest */
/** @typedef {import("./types.js").JobEvent} JobEvent */
/** @typedef {import("./types.js").AnyEvent} AnyEvent */
/** @typedef {import("./types.js").Experiment} Experiment */
/** @typedef {import("./types.js").ExperimentRequest} ExperimentRequest */
/** @typedef {import("./types.js").Evaluation} Evaluation */
/** @typedef {import("./types.js").EvaluationRequest} EvaluationRequest */
/** @typedef {import("./types.js").Verification} Verification */
/** @typedef {import("./types.js").Card} Card */
/** @typedef {import("./types.js").Score} Score */
/** @typedef {import("./types.js").Checkpoint} Checkpoint */
/** @typedef {import("./types.js").ClientOptions} ClientOptions */
/** @typedef {import("./schema.js").paths} paths */
