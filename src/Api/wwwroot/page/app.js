/** Puts the page together. */

import * as api from "./api.js";
import { experimentForm } from "./compare-form.js";
import { byId } from "./dom.js";
import { Experiments } from "./experiments.js";
import { jobForm } from "./form.js";
import { Jobs } from "./jobs.js";
import { keyDialog } from "./key-dialog.js";
import { latest } from "./latest.js";
import { inspect } from "./inspect.js";
import { clear, show } from "./notifications.js";
import * as role from "./role.js";

api.key.takeFromAddress(); // before the first call
const inspection = inspect();
const refreshInspection = latest(() => inspection.refresh());
const offerChoices = latest(async () => {
  const [datasets, architectures] = await Promise.all([api.get("/v1/datasets"), api.get("/v1/architectures")]);
  form.offer(datasets, architectures);
  experiment.offer(datasets, architectures);
  inspection.offer(datasets);
});
const askRole = latest(async () => role.take(await role.ask()));
const pick = (checkpoint) => inspection.pick(checkpoint);
const jobs = new Jobs({ look: pick, checkpoints: refreshInspection });
const experiments = new Experiments({ look: pick, checkpoints: refreshInspection, jobs: () => jobs.refresh() });
const form = jobForm((job) => jobs.started(job).catch(show));
const experiment = experimentForm((made) => experiments.started(made).catch(show));

byId("notice-close").onclick = clear;
keyDialog(begin);
await begin();

/** Asks for all that the page shows; of what the service cannot answer now, once it answers. */
async function begin() {
  clear();
  role.take(null);
  await Promise.all([askRole(), jobs.refresh(), experiments.refresh(), offerChoices()]);
  await refreshInspection();
}
