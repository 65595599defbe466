/** Puts the page together: three views, of which one is seen, as the address says. */

import * as api from "./api.js";
import { experimentForm } from "./compare-form.js";
import { byId } from "./dom.js";
import { Experiments } from "./experiments.js";
import { jobForm } from "./form.js";
import { inspect } from "./inspect.js";
import { Jobs } from "./jobs.js";
import { keyDialog } from "./key-dialog.js";
import { latest } from "./latest.js";
import { lessonList } from "./lessons.js";
import { clear, show } from "./notifications.js";
import * as role from "./role.js";
import * as state from "./state.js";
import { drawByItself, welcome } from "./welcome.js";

const VIEWS = ["train", "inspect", "compare"];

api.key.takeFromAddress(); // before the first call
const inspection = inspect();
const refreshInspection = latest(async () => form.offerCheckpoints(await inspection.refresh()));
const offerChoices = latest(async () => {
  const [datasets, architectures] = await Promise.all([api.get("/v1/datasets"), api.get("/v1/architectures")]);
  form.offer(datasets, architectures);
  experiment.offer(datasets, architectures);
  inspection.offer(datasets);
});
const askRole = latest(async () => role.take(await role.ask()));
const pick = async (checkpoint) => {
  state.set({ view: "inspect" });
  showView();
  await inspection.pick(checkpoint);
};
const jobs = new Jobs({ look: pick, checkpoints: refreshInspection, listed: (isEmpty) => listed(isEmpty) });
const experiments = new Experiments({ look: pick, checkpoints: refreshInspection, jobs: () => jobs.refresh() });
const form = jobForm((job) => {
  state.set({ view: "train" });
  showView();
  jobs.started(job).catch(show);
});
const experiment = experimentForm((made) => experiments.started(made).catch(show));
const start = welcome({
  settings: () => {
    state.set({ view: "train" });
    showView();
    byId("architecture").focus();
  },
});
let isFirstVisit = null; // until the first answer nothing is shown

function listed(isEmpty) {
  const before = isFirstVisit;
  isFirstVisit = isEmpty;
  if (before !== isFirstVisit) showView();
}

/** The view of the address; without one the workbench, where there is anything to look at. */
function showView() {
  if (isFirstVisit === null) return;
  const wanted = state.get().view ?? "inspect";
  byId("views").hidden = false;
  for (const view of VIEWS) {
    byId(view).hidden = view !== wanted;
    const link = byId("views").querySelector(`[data-view=${view}]`);
    if (view === wanted) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const { layer, lesson } = state.get();
  start.show(isFirstVisit && wanted === "inspect" && !layer && !lesson); // a link to a layer or a lesson shows that
  const before = document.body.dataset.view;
  document.body.dataset.view = wanted;
  if (wanted === "train") jobs.seen().catch(show);
  if (wanted === "compare" && before !== "compare") experiments.refresh().catch(show);
}

state.onNavigation((next) => {
  showView();
  if (next.view === "inspect" || next.view === null) inspection.follow(next).catch(show);
});
byId("lessons-open").onclick = () => {
  byId("lessons-dialog").querySelector("div").replaceChildren(lessonList());
  byId("lessons-dialog").showModal();
};
byId("lessons-dialog").onclick = (event) => event.target.closest("a, .close") && byId("lessons-dialog").close();
byId("lesson").onclick = (event) => {
  if (event.target.closest("button") === null) return;
  state.set({ lesson: null });
  byId("lesson").hidden = true;
};
byId("notice-close").onclick = clear;
byId("menu").onclick = () => {
  const isOpen = byId("menu").closest("header").classList.toggle("open");
  byId("menu").setAttribute("aria-expanded", String(isOpen));
};
keyDialog(begin);
await begin();

/** Asks for all that the page shows; of what the service cannot answer now, once it answers. */
async function begin() {
  clear();
  role.take(null);
  await Promise.all([askRole(), jobs.refresh(), document.body.dataset.view === "compare" ? experiments.refresh() : null, offerChoices()]); // the view asks when it is first shown
  if (isFirstVisit) inspection.demo = drawByItself;
  await refreshInspection();
}
