/** Puts the page together. */

import * as api from "./api.js";
import { experimentForm } from "./compare-form.js";
import { byId } from "./dom.js";
import { Experiments } from "./experiments.js";
import { jobForm } from "./form.js";
import { Jobs } from "./jobs.js";
import { latest } from "./latest.js";
import { look } from "./look.js";
import { clear, show } from "./notice.js";

api.key.takeFromAddress(); // before the first call
const inside = look();
const refreshLook = latest(() => inside.refresh(), show);
const pick = (checkpoint) => inside.pick(checkpoint);
const jobs = new Jobs({ look: pick, checkpoints: refreshLook });
const experiments = new Experiments({ look: pick, checkpoints: refreshLook, jobs: () => jobs.refresh() });
const form = jobForm((job) => jobs.started(job).catch(show));
const experiment = experimentForm((made) => experiments.started(made).catch(show));

byId("notice-close").onclick = clear;
keyDialog(begin);
await begin();

async function begin() {
  try {
    clear();
    await Promise.all([jobs.refresh(), experiments.refresh(), offerDatasets()]); // the first call for a data set reads its files
    await refreshLook();
  } catch (fault) {
    show(fault);
  }
}

async function offerDatasets() {
  const datasets = await api.get("/v1/datasets");
  form.offer(datasets);
  experiment.offer(datasets);
  inside.offer(datasets);
}

function keyDialog(changed) {
  const dialog = byId("key-dialog");
  const open = () => {
    byId("key-value").value = api.key.get();
    dialog.showModal();
  };
  const mark = () => (byId("key-open").textContent = api.key.get() ? "Key ✓" : "Key");
  byId("key-open").onclick = open;
  byId("notice-key").onclick = open;
  byId("key-cancel").onclick = () => dialog.close();
  byId("key-form").onsubmit = (event) => {
    event.preventDefault();
    api.key.set(byId("key-value").value.trim());
    dialog.close();
    mark();
    changed();
  };
  addEventListener("hashchange", () => {
    if (!api.key.takeFromAddress()) return;
    mark();
    changed();
  });
  mark();
}
