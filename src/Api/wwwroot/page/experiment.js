/** One experiment: its curves over each other, the table of its jobs, its report. */

import * as api from "./api.js";
import { Chart } from "./chart.js";
import { el, loss, say, time } from "./dom.js";
import { ExperimentRow, spoken } from "./experiment-row.js";
import { FileLink } from "./file-link.js";
import { isOver } from "./job-row.js";
import { needs } from "./role.js";
import { labelOf } from "./settings.js";

const MOST_CURVES = 6; // as many as there are colours

/** Whether the service has ended it: all its jobs have ended, and the best one has its tag. */
export const hasEnded = (experiment) => experiment.status === "ended";

/** What its jobs say of it: {status, words}; until they are known, what the service says. */
function stateOf({ jobs, status }) {
  if (!Array.isArray(jobs)) return { status: "", words: status };
  const by = Map.groupBy(jobs, (job) => job.status);
  const ended = jobs.filter(isOver).length;
  if (jobs.length === 0) return { status: "cancelled", words: "no jobs left" };
  if (by.size === 1) return { status: jobs[0].status, words: jobs[0].status };
  if (ended < jobs.length) return { status: "running", words: `running, ${ended} of ${jobs.length} ended` };
  return {
    status: by.has("failed") ? "failed" : "cancelled",
    words: ["succeeded", "failed", "cancelled"].filter((each) => by.has(each)).map((each) => `${by.get(each).length} ${each}`).join(", "),
  };
}

export class Experiment {
  #etag = null;
  #rows = new Map();
  #points = new Map(); // by job: {loss, points}, the loss being the one that was known when they were asked for
  #varied = null; // the settings with a column, once the jobs are known
  #chart = null;
  #look;
  #place = el("div");
  #parts = {
    title: el("h4"),
    about: el("p", { className: "hint" }),
    status: el("span", { className: "status" }),
    report: new FileLink({ target: "_blank", rel: "noopener" }),
    cancel: el("button", { type: "button", textContent: "Cancel" }),
    remove: el("button", { type: "button", className: "quiet", textContent: "Delete" }),
    details: el("details", {}, el("summary", { textContent: "Curves and table" })),
    hint: el("p", { className: "hint" }),
    head: el("tr"),
    body: el("tbody"),
    wide: el("div", { className: "wide", tabIndex: 0, role: "region" }),
  };

  /** @param on {look, cancel, remove, opened}: the first three are called with what they are for, and the button. */
  constructor(summary, isOpen, on) {
    const { title, about, status, report, cancel, remove, details, hint, head, body, wide } = this.#parts;
    wide.append(el("table", { className: "runs" }, el("thead", {}, head), body));
    details.append(this.#place, hint, wide);
    this.element = el("li", { className: "experiment" },
      el("div", { className: "head" }, el("div", {}, title, about),
        el("div", { className: "buttons" }, status, report.element, needs("operator", cancel, remove))), details);
    this.#look = on.look;
    this.summary = summary;
    details.open = isOpen;
    details.ontoggle = () => details.open && on.opened(this);
    cancel.onclick = () => on.cancel(this, cancel);
    remove.onclick = () => on.remove(this, remove);
    this.update(summary);
  }

  get isOpen() {
    return this.#parts.details.open;
  }

  get name() {
    const { name, preset } = this.summary;
    return name ?? (preset ? "All five networks" : this.#varied?.length ? `Sweep of ${this.#varied.map((setting) => labelOf(setting).toLowerCase()).join(" and ")}` : "Experiment");
  }

  /** The name, told apart from others like it. */
  get spoken() {
    return this.summary.name ?? `${this.name}, ${time(this.summary.createdAt)}`;
  }

  /** Whether its jobs are yet to be asked for, or to end. */
  get isToBeAsked() {
    return this.isOpen || !Array.isArray(this.summary.jobs) || !hasEnded(this.summary);
  }

  /** Its jobs that have not ended. */
  get unfinished() {
    return this.summary.jobs.filter((job) => !isOver(job));
  }

  /** What is known of it: of the list's entry, which only counts the jobs, all but those. */
  update(summary) {
    this.summary = Array.isArray(summary.jobs) || !Array.isArray(this.summary.jobs) ? summary : { ...this.summary, ...summary, jobs: this.summary.jobs };
    const { title, about, status, report, cancel, remove, wide } = this.#parts;
    const isListed = !Array.isArray(this.summary.jobs);
    const jobs = isListed ? summary.jobs : this.summary.jobs.length;
    const isDone = isListed ? hasEnded(summary) : this.unfinished.length === 0;
    const state = stateOf(this.summary);
    say(title, this.name);
    say(about, [`${jobs} ${jobs === 1 ? "job" : "jobs"}`, time(summary.createdAt), summary.tag ? `tag ${summary.tag}` : null].filter(Boolean).join(" · "));
    say(status, state.words);
    status.className = `status ${state.status}`;
    cancel.hidden = isDone;
    remove.hidden = !isDone;
    report.point(summary.links.report, `report-${summary.name ?? summary.id}.html`);
    say(report.element, api.key.get() ? "Download the report" : "Report");
    report.element.setAttribute("aria-label", api.key.get() ? `Download the report of ${this.spoken}` : `Report of ${this.spoken}, in a new tab`);
    cancel.setAttribute("aria-label", `Cancel ${this.spoken}`);
    remove.setAttribute("aria-label", `Delete ${this.spoken}`);
    wide.setAttribute("aria-label", `Jobs of ${this.spoken}`);
  }

  /** Asks for what is new. @returns the seconds after which to ask again, or null where nothing more will change. */
  async refresh() {
    const { body, etag, retryAfter } = await api.poll(this.summary.links.self, { etag: this.#etag });
    if (body !== null) {
      this.#table(body);
      this.update(body);
      await this.#curves(body.jobs);
      this.#etag = etag;
    }
    return retryAfter;
  }

  /** Its best job, in words. */
  get outcome() {
    const best = this.summary.jobs.find((job) => job.id === this.summary.best);
    return best ? `${spoken(best, this.#varied)} is best, test loss ${loss(best.loss.test)}` : "no job has a test loss";
  }

  /** The preset's networks differ in what goes with each, which tells no more than their names. */
  #table({ jobs, best, preset }) {
    const varied = preset ? [] : Object.keys(jobs[0]?.varied ?? {}).filter((setting) => setting !== "architecture");
    if (varied.join() !== this.#varied?.join()) this.#begin(varied);
    for (const id of this.#rows.keys()) {
      if (!jobs.some((job) => job.id === id)) this.#rows.delete(id);
    }
    for (const job of jobs) {
      if (!this.#rows.has(job.id)) this.#rows.set(job.id, new ExperimentRow(varied, this.#look));
      this.#rows.get(job.id).update(job, job.id === best);
    }
    const rows = jobs.map((job) => this.#rows.get(job.id).element);
    const { body } = this.#parts;
    if (rows.length !== body.children.length || rows.some((row, i) => body.children[i] !== row)) body.replaceChildren(...rows);
  }

  #begin(varied) {
    this.#varied = varied;
    this.#rows.clear();
    const names = ["Job", ...varied.map(labelOf), "State", "Validation", "Test", "Dead units", "ms/step"];
    this.#parts.head.replaceChildren(...names.map((name) => el("th", { scope: "col", textContent: name })),
      el("th", { scope: "col" }, el("span", { className: "hidden", textContent: "Look inside" })));
  }

  /**
   * Draws the curves of the jobs that stand best, and asks only for those that have grown. Each has the colour of its place among them, which
   * is its colour in the report too (LossChart.cs).
   */
  async #curves(jobs) {
    const rank = (job) => job.loss.validation ?? Number.MAX_VALUE;
    const best = new Set([...jobs].sort((a, b) => rank(a) - rank(b)).slice(0, MOST_CURVES));
    const colours = new Map(jobs.filter((job) => best.has(job)).map((job, i) => [job.id, i]));
    const drawn = jobs.filter((job) => best.has(job) && job.loss.validation !== null);
    const shown = drawn.map((job) => job.id);
    await Promise.all(drawn.map(async (job) => {
      if (this.#points.get(job.id)?.loss === job.loss.validation) return;
      this.#points.set(job.id, { loss: job.loss.validation, points: await api.get(`${job.job}/metrics`) });
    }));
    this.#chart ??= new Chart(this.#place);
    this.#chart.show(drawn.map((job) => ({
      id: job.id, colour: colours.get(job.id), name: spoken(job, this.#varied), points: this.#points.get(job.id).points, steps: isOver(job) ? 0 : job.steps })));
    for (const [id, row] of this.#rows) row.mark(shown.includes(id) ? this.#chart.colourOf(id) : null);
    say(this.#parts.hint, `Mean squared error per pixel. Thick: validation, thin: training.${jobs.length > MOST_CURVES ? ` The curves of the ${MOST_CURVES} best.` : ""}`);
  }
}
