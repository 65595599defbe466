/** The list of jobs, their curves, and what becomes of them. */

import * as api from "./api.js";
import { Chart } from "./chart.js";
import { byId, confirm, loss, say } from "./dom.js";
import { follow } from "./follow.js";
import { JobRow, isOver, nameOf } from "./job-row.js";
import { answered, attempt, show } from "./notice.js";

const PATH = "/v1/training-jobs";
const PAGE = 20;
const CURVES = 6;
const BUSY_SECONDS = 3; // the list is asked for again: other people start jobs too
const QUIET_SECONDS = 15;

export class Jobs {
  #rows = new Map();
  #points = new Map(); // of the jobs whose curve is shown
  #chart = new Chart(byId("chart"));
  #followed = null;
  #cursor = null;
  #timer;
  #stop = null;
  #wantsSettings = false;
  #on;

  /** @param on {look(checkpoint), checkpoints(): some were made or deleted} */
  constructor(on) {
    this.#on = on;
    byId("jobs-more").onclick = () => attempt(byId("jobs-more"), () => this.#older());
    byId("welcome-settings").onclick = () => {
      this.#wantsSettings = true;
      this.#render();
      byId("architecture").focus();
    };
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
  }

  /** Asks for the newest jobs now, and again after a while. */
  async refresh() {
    clearTimeout(this.#timer);
    try {
      const isFirst = this.#rows.size === 0;
      const page = await api.get(`${PATH}?limit=${PAGE}`);
      answered();
      this.#drop(page.items);
      this.#take(page.items);
      if (isFirst) this.#cursor = page.nextCursor;
      if (isFirst && this.#points.size === 0) await Promise.all(page.items.slice(0, 3).map((job) => this.#showCurve(job, true)));
      this.#render();
    } catch (fault) {
      show(fault);
    }
    const busy = [...this.#rows.values()].some((row) => !isOver(row.job));
    if (!document.hidden) this.#timer = setTimeout(() => this.refresh(), 1000 * (busy ? BUSY_SECONDS : QUIET_SECONDS));
  }

  /** Shows a job that this page has just made. */
  async started(job) {
    this.#take([job]);
    say(byId("live"), `${nameOf(job)} is queued.`);
    await this.#showCurve(job, true);
    this.#rows.get(job.id).element.scrollIntoView({ block: "nearest" });
    await this.refresh();
  }

  async #older() {
    const page = await api.get(`${PATH}?limit=${PAGE}&cursor=${this.#cursor}`);
    this.#cursor = page.nextCursor;
    this.#take(page.items);
    this.#render();
  }

  #take(jobs) {
    for (const job of jobs) {
      const row = this.#rows.get(job.id);
      if (row) this.#update(row, job);
      else this.#rows.set(job.id, new JobRow(job, this.#actions));
    }
  }

  /** Forgets the jobs that others have deleted: those the page of newest jobs would hold. */
  #drop(newest) {
    const kept = new Set(newest.map((job) => job.id));
    const oldest = newest.length === PAGE ? newest.at(-1).id : "";
    for (const id of this.#rows.keys()) {
      if (id >= oldest && !kept.has(id)) {
        this.#rows.delete(id);
        this.#points.delete(id);
      }
    }
  }

  #update(row, job) {
    const isNews = row.job.latestCheckpoint !== job.latestCheckpoint;
    row.update(job);
    if (isNews) this.#on.checkpoints();
  }

  #render() {
    const rows = [...this.#rows.values()].sort((a, b) => (a.job.id < b.job.id ? 1 : -1));
    const list = byId("jobs");
    if (rows.some((row, i) => list.children[i] !== row.element) || list.children.length !== rows.length) {
      list.replaceChildren(...rows.map((row) => row.element));
    }
    byId("jobs-none").hidden = rows.length > 0;
    byId("jobs-more").hidden = this.#cursor === null;
    byId("welcome").hidden = rows.length > 0 || this.#wantsSettings;
    document.body.classList.toggle("first-run", !byId("welcome").hidden);
    this.#draw();
    this.#followNext();
  }

  #draw() {
    const shown = [...this.#points].filter(([id]) => this.#rows.has(id));
    this.#chart.show(shown.map(([id, points]) => {
      const { job } = this.#rows.get(id);
      return { id, points, name: nameOf(job), steps: isOver(job) ? 0 : job.settings.steps };
    }));
    for (const [id, row] of this.#rows) row.mark(this.#points.has(id) ? this.#chart.colourOf(id) : null);
  }

  /** One job at a time is followed live, the one that runs: a browser opens few connections to one host. */
  #followNext() {
    const running = [...this.#rows.values()].map((row) => row.job).find((job) => job.status === "running" || job.status === "cancelling");
    if (!running || this.#followed === running.id) return;
    this.#stop?.abort();
    this.#followed = running.id;
    this.#stop = new AbortController();
    follow(running, this.#news, this.#stop.signal).catch(show);
  }

  #news = {
    job: (id, changes) => this.#rows.has(id) && this.#rows.get(id).update({ ...this.#rows.get(id).job, ...changes }),
    point: (id, point) => this.#add(id, point),
    points: (id) => this.#points.has(id) && this.#loadPoints(id).then(() => this.#draw(), show),
    checkpoint: (id, { id: checkpoint }) => {
      this.#news.job(id, { latestCheckpoint: checkpoint });
      this.#on.checkpoints();
    },
    ended: (job) => {
      this.#news.job(job.id, job);
      say(byId("live"), job.status === "succeeded" ? `${nameOf(job)} has ended, test loss ${loss(job.loss.test)}.` : `${nameOf(job)}: ${job.status}.`);
      this.#followed = null;
      this.#on.checkpoints();
      this.#news.points(job.id);
      this.refresh();
    },
  };

  #add(id, point) {
    const points = this.#points.get(id);
    if (!points || points.some((each) => each.step === point.step)) return;
    points.push(point);
    points.sort((a, b) => a.step - b.step);
    this.#draw();
  }

  async #showCurve(job, shown) {
    if (!shown) {
      this.#points.delete(job.id);
      return;
    }
    if (this.#points.size >= CURVES) this.#points.delete(this.#points.keys().next().value);
    await this.#loadPoints(job.id);
  }

  async #loadPoints(id) {
    this.#points.set(id, this.#points.get(id) ?? []);
    this.#points.set(id, await api.get(`${PATH}/${id}/metrics`));
  }

  #actions = {
    show: (job, shown) => this.#showCurve(job, shown).then(() => this.#draw(), show),
    look: (job, button) => attempt(button, () => this.#on.look(job.latestCheckpoint)),
    cancel: (job, button) => attempt(button, async () => {
      await api.post(job.links.cancel, {});
      await this.refresh();
    }),
    remove: (job, button) => attempt(button, async () => {
      const isSure = await confirm(`Delete ${nameOf(job)}?`, "Its losses and checkpoints go with it. This cannot be undone.", "Delete");
      if (!isSure) return;
      await api.remove(job.links.self);
      this.#rows.delete(job.id);
      this.#points.delete(job.id);
      this.#render();
      this.#on.checkpoints();
      byId("jobs-title").focus();
    }),
  };
}
