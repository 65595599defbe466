/** The list of jobs, their curves, and what becomes of them. */

import * as api from "./api.js";
import { Curves } from "./curves.js";
import { byId, confirm, loss, say } from "./dom.js";
import { follow } from "./follow.js";
import { JobRow, isOver, nameOf } from "./job-row.js";
import { answered, attempt, show } from "./notice.js";

const PATH = "/v1/training-jobs";
const PAGE = 20;
const FIRST_CURVES = 3;
const BUSY_SECONDS = 3; // the list is asked for again: other people start jobs too
const QUIET_SECONDS = 15;

export class Jobs {
  #rows = new Map();
  #underWay = new Set(); // ids of jobs whose end is still to be told, by whoever learns of it first
  #curves = new Curves(() => [...this.#rows.values()].map((row) => row.job));
  #followed = null;
  #cursor = null;
  #timer;
  #turn = 0;
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
    const turn = ++this.#turn;
    try {
      const isFirst = this.#rows.size === 0;
      const page = await api.get(`${PATH}?limit=${PAGE}`);
      if (turn !== this.#turn) return; // an answer from before a job was made knows nothing of it
      answered();
      this.#drop(page.items);
      this.#take(page.items);
      if (isFirst) this.#cursor = page.nextCursor;
      if (isFirst && this.#curves.isEmpty) await Promise.all(page.items.slice(0, FIRST_CURVES).map((job) => this.#curves.show(job.id)));
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
    await Promise.all([this.#curves.show(job.id), this.refresh()]);
    this.#rows.get(job.id)?.element.scrollIntoView({ block: "nearest" });
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
      if (!isOver(job)) this.#underWay.add(job.id);
    }
  }

  /** Forgets the jobs that others have deleted: those the page of newest jobs would hold. */
  #drop(newest) {
    const kept = new Set(newest.map((job) => job.id));
    const oldest = newest.length === PAGE ? newest.at(-1).id : "";
    for (const id of this.#rows.keys()) {
      if (id >= oldest && !kept.has(id)) {
        this.#rows.delete(id);
        this.#curves.hide(id);
      }
    }
  }

  #update(row, job) {
    const isNews = row.job.latestCheckpoint !== job.latestCheckpoint;
    row.update(job);
    if (isOver(job) && this.#underWay.delete(job.id)) this.#tellEnd(job);
    else if (isNews) this.#on.checkpoints();
  }

  #tellEnd(job) {
    say(byId("live"), job.status === "succeeded" ? `${nameOf(job)} has ended, test loss ${loss(job.loss.test)}.` : `${nameOf(job)}: ${job.status}.`);
    this.#on.checkpoints();
    this.#news.points(job.id);
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
    this.#curves.draw();
    for (const [id, row] of this.#rows) row.mark(this.#curves.colourOf(id));
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
    point: (id, point) => {
      this.#curves.add(id, point);
      this.#draw();
    },
    points: (id) => this.#curves.load(id).then(() => this.#draw(), show),
    checkpoint: (id, { id: checkpoint }) => {
      this.#news.job(id, { latestCheckpoint: checkpoint });
      this.#on.checkpoints();
    },
    ended: (job) => {
      if (this.#rows.has(job.id)) this.#update(this.#rows.get(job.id), job);
      this.#followed = null;
      this.refresh();
    },
  };

  #actions = {
    show: (job, shown) => Promise.resolve(shown ? this.#curves.show(job.id) : this.#curves.hide(job.id)).then(() => this.#draw(), show),
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
      this.#curves.hide(job.id);
      this.#render();
      this.#on.checkpoints();
      byId("jobs-title").focus();
    }),
  };
}
