/**
 * What the cards of the page ask the API for, each call as the curl command, and as the lines of Python and TypeScript, that ask for the
 * same: {path, body, file, python, typescript}; body is JSON, or null for a GET, file the name for an answer that is no JSON.
 */

const get = (path, python, typescript) => ({ path, body: null, file: null, python, typescript });
const post = (path, body, python, typescript, file = null) => ({ path, body, file, python, typescript });
const text = JSON.stringify;

/** An image of a shape [C, H, W] as an array of Python. */
const pythonImage = (pixels, shape) => `image = numpy.array(${text(pixels)}, "float32").reshape(${text(shape)})\n`;
const settingsIn = (body) => `settings = json.loads(${text(text(body))})\n`;

/** Every layer's values. */
export const activations = (reference, pixels, shape) => post(`/v1/checkpoints/${reference}/activations`, { pixels },
  `${pythonImage(pixels, shape)}values = client.activations("${reference}", image)\nprint({name: array.shape for name, array in values.items()})`,
  `const values = await client.activations("${reference}", { body: { pixels: ${text(pixels)} } });\nfor (const [name, { shape }] of Object.entries(values)) console.log(name, shape);`,
  "activations.safetensors");

/** The maps of a layer. */
export const layer = (reference, name, pixels, shape) => post(`/v1/checkpoints/${reference}/layers/${name}/values`, { pixels },
  `${pythonImage(pixels, shape)}values = client.layer_values("${reference}", "${name}", image)\nprint(values.shape)`,
  `const { "${name}": values } = await client.activations("${reference}", { body: { pixels: ${text(pixels)} } });\nconsole.log(values.shape);`,
  `${name}.npy`);

/** How one value came about. */
export const unit = (reference, name, [map, row, column], pixels, shape) => post(`/v1/checkpoints/${reference}/layers/${name}/units/${map}/${row}/${column}`, { pixels },
  `${pythonImage(pixels, shape)}unit = client.unit("${reference}", "${name}", ${map}, ${row}, ${column}, image)\nprint(unit["value"])`,
  `const unit = await client.json("post", "/v1/checkpoints/{reference}/layers/{layer}/units/{channel}/{row}/{column}", {\n  path: { reference: "${reference}", layer: "${name}", channel: ${map}, row: ${row}, column: ${column} },\n  body: { pixels: ${text(pixels)} },\n});\nconsole.log(unit.value);`);

/** Where the image's error is among those of the validation images. */
export const score = (reference, pixels, shape) => post(`/v1/checkpoints/${reference}/score`, { pixels },
  `${pythonImage(pixels, shape)}score = client.score("${reference}", image)\nprint(score["percentile"])`,
  `const score = await client.score("${reference}", { body: { pixels: ${text(pixels)} } });\nconsole.log(score.percentile);`);

/** The image's place on the map of the code, and its neighbours. */
export const position = (evaluation, pixels, shape) => post(`/v1/evaluations/${evaluation}/map/position`, { pixels },
  `${pythonImage(pixels, shape)}position = client.map_position("${evaluation}", image)\nprint(position["neighbors"])`,
  `const position = await client.json("post", "/v1/evaluations/{id}/map/position", { path: { id: "${evaluation}" }, body: { pixels: ${text(pixels)} } });\nconsole.log(position.neighbors);`);

export const map = (evaluation) => get(`/v1/evaluations/${evaluation}/map?method=pca`,
  `points = client.evaluation_map("${evaluation}", "pca")["points"]\nprint(len(points))`,
  `const { points } = await client.json("get", "/v1/evaluations/{id}/map", { path: { id: "${evaluation}" }, query: { method: "pca" } });\nconsole.log(points.length);`);

export const evaluation = (id) => get(`/v1/evaluations/${id}`,
  `evaluation = client.evaluation("${id}")\nprint(evaluation["result"]["worst"])`,
  `const { result } = await client.json("get", "/v1/evaluations/{id}", { path: { id: "${id}" } });\nconsole.log(result.worst);`);

/** The image from a code; the ablation sets parts of the code to 0 before. */
export const decode = (reference, { shape, data }) => post(`/v1/checkpoints/${reference}/decode`, { shape, values: [...data] },
  `code = numpy.array(${text([...data])}, "float32").reshape(${text(shape)})\ncode[0] = 0  # switches the first part off\nprint(client.decode("${reference}", code).shape)`,
  `const values = ${text([...data])};\nvalues.fill(0, 0, ${data.length / shape[0]}); // switches the first part off\nconst image = await client.json("post", "/v1/checkpoints/{reference}/decode", { path: { reference: "${reference}" }, body: { shape: ${text(shape)}, values } });\nconsole.log(image.pixels.length);`);

export const film = (job) => get(`/v1/training-jobs/${job}/film`,
  `frames = client.film("${job}")\nprint([frame["step"] for frame in frames])`,
  `const { frames } = await client.json("get", "/v1/training-jobs/{id}/film", { path: { id: "${job}" } });\nconsole.log(frames.map(({ step }) => step));`);

export const interpolation = (reference, { dataset, from, to }, frames) => get(`/v1/checkpoints/${reference}/interpolation?dataset=${dataset}&from=${from}&to=${to}&frames=${frames}`,
  `frames = client.interpolation("${reference}", dataset="${dataset}", **{"from": ${from}, "to": ${to}, "frames": ${frames}})\nprint(len(frames))`,
  `const { frames } = await client.json("get", "/v1/checkpoints/{reference}/interpolation", {\n  path: { reference: "${reference}" },\n  query: { dataset: "${dataset}", from: ${from}, to: ${to}, frames: ${frames} },\n});\nconsole.log(frames.length);`);

export const trainingJob = (body) => post("/v1/training-jobs", body,
  `${settingsIn(body)}job = client.submit(**settings)\nfor state in client.poll(job["id"]):\n    print(state["status"], state["progress"]["step"])`,
  `const job = await client.submit(${text(body)});\nfor await (const { status, progress } of client.poll(job.id)) console.log(status, progress.step);`);

export const experiment = (body) => post("/v1/experiments", body,
  `${settingsIn(body)}experiment = client.submit_experiment(**settings)\nfor state in client.poll_experiment(experiment["id"]):\n    print(state["status"])`,
  `const experiment = await client.submitExperiment(${text(body)});\nfor await (const { status } of client.pollExperiment(experiment.id)) console.log(status);`);

export const jobs = () => get("/v1/training-jobs",
  `for job in client.jobs():\n    print(job["id"], job["status"])`,
  `for await (const { id, status } of client.list("/v1/training-jobs")) console.log(id, status);`);
