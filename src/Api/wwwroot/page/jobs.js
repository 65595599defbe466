/** The list of jobs, their curves, and what becomes of them. */

import * as api from "./api.js";
import * as calls from "./calls.js";
import { Curves } from "./curves.js";
import { askNumber, byId, confirm, loss, say } from "./dom.js";
import { follow } from "./job-stream.js";
import { JobRow, isAtWork, isOver, nameOf } from "./job-row.js";
import { Listing, QUIET_SECONDS } from "./listing.js";
import { attempt, onceAnswered, show } from "./notifications.js";
import { asCurl } from "./show-as.js";
import { title } from "./title.js";

const PATH = "/v1/training-jobs";
const PAGE = 20;
const FIRST_CURVES = 3;
const BUSY_SECONDS = 3;

export class Jobs {
  #list;
  #underWay = new Set(); // ids of jobs whose end is still to be told, by whoever learns of it first
  #curves = new Curves(() => this.#list.entries.map((row) => row.job));
  #followed = null; // {id, stop}
  #isSeen = false;
  #marks = new Map(); // by job: where its events go on
  #on;

  /** @param on {look(checkpoint), checkpoints(): some were made or deleted, listed(isEmpty): the jobs are known} */
  constructor(on) {
    this.#on = on;
    this.#list = new Listing("jobs", PATH, PAGE, {
      take: (jobs) => this.#take(jobs),
      listed: (jobs, isFirst) => this.#listed(jobs, isFirst),
      older: () => this.#render(),
      dropped: (id) => this.#curves.hide(id),
    });
    byId("live").before(asCurl("the jobs", calls.jobs));
    document.addEventListener("visibilitychange", () => document.hidden && this.#unfollow());
  }

  /** Asks for the newest jobs now, and again after a while. */
  refresh() {
    return this.#list.refresh();
  }

  /** Shows a job that this page has just made. */
  async started(job) {
    this.#take([job]);
    say(byId("live"), `${nameOf(job)} is queued.`);
    await Promise.all([this.#curves.show(job.id), this.refresh()]);
    this.#list.get(job.id)?.element.scrollIntoView({ block: "nearest" });
  }

  /** The list is looked at: the curves of its newest jobs are asked for, once. */
  async seen() {
    this.#isSeen = true;
    const newest = this.#list.entries.slice(0, FIRST_CURVES);
    if (newest.length === 0 || !this.#curves.isEmpty) return;
    await Promise.all(newest.map(({ job }) => this.#curves.show(job.id)));
    this.#draw();
  }

  async #listed(jobs, isFirst) {
    this.#render();
    if (isFirst && this.#isSeen) await this.seen();
    return this.#list.entries.some(({ job }) => !isOver(job) && job.status !== "paused") ? BUSY_SECONDS : QUIET_SECONDS;
  }

  #take(jobs) {
    for (const job of jobs) {
      const row = this.#list.get(job.id);
      if (row) this.#update(row, job);
      else this.#list.set(job.id, new JobRow(job, this.#actions));
      if (!isOver(job)) this.#underWay.add(job.id);
    }
  }

  #update(row, job) {
    const isNews = row.job.latestCheckpoint !== job.latestCheckpoint;
    const hasGrown = row.job.loss.validation !== job.loss.validation;
    row.update(job);
    if (hasGrown && !isOver(job) && this.#followed?.id !== job.id) this.#news.points(job.id);
    if (isOver(job) && this.#underWay.delete(job.id)) this.#tellEnd(job);
    else if (isNews) this.#on.checkpoints();
  }

  #tellEnd(job) {
    say(byId("live"), job.status === "succeeded" ? `${nameOf(job)} has ended, test loss ${loss(job.loss.test)}.` : `${nameOf(job)}: ${job.status}.`);
    this.#on.checkpoints();
    this.#news.points(job.id);
  }

  #render() {
    this.#list.render();
    this.#on.listed(this.#list.entries.length === 0);
    this.#draw();
    this.#followNext();
  }

  #draw() {
    const running = this.#list.entries.find(({ job }) => job.status === "running");
    title({ progress: running ? `${Math.floor(running.job.progress.percent)} % of ${nameOf(running.job)}` : null });
    this.#curves.draw();
    for (const row of this.#list.entries) row.mark(this.#curves.colourOf(row.job.id));
  }

  /** One job at a time is followed live, the one that runs, and only while somebody can see it: a browser opens few connections to one host. */
  #followNext() {
    const running = this.#list.entries.map((row) => row.job).find((job) => isAtWork(job.status));
    if (document.hidden || !running || this.#followed?.id === running.id) return;
    this.#unfollow();
    if (!this.#marks.has(running.id)) this.#marks.set(running.id, { lastId: null });
    const followed = { id: running.id, stop: new AbortController() };
    this.#followed = followed;
    follow(running, this.#marks.get(running.id), this.#news, followed.stop.signal).catch(show).finally(() => {
      if (this.#followed === followed) this.#followed = null;
    });
  }

  #unfollow() {
    this.#followed?.stop.abort();
    this.#followed = null;
  }

  #news = {
    job: (id, changes) => this.#list.get(id)?.update({ ...this.#list.get(id).job, ...changes }),
    point: (id, point) => {
      this.#curves.add(id, point);
      this.#draw();
    },
    points: (id) => this.#curves.load(id).then(() => this.#draw(), (fault) => {
      show(fault);
      if (fault.isPassing) onceAnswered(() => this.#news.points(id));
    }),
    checkpoint: (id, { id: checkpoint }) => {
      this.#news.job(id, { latestCheckpoint: checkpoint });
      this.#on.checkpoints();
    },
    ended: (job) => {
      if (this.#list.get(job.id)) this.#update(this.#list.get(job.id), job);
      this.#marks.delete(job.id);
      this.#followed = null;
      this.refresh();
    },
    failed: show,
  };

  #request(button, path, body = {}) {
    return attempt(button, async () => {
      await api.post(path, body);
      await this.refresh();
    });
  }

  #actions = {
    show: (job, shown) => Promise.resolve(shown ? this.#curves.show(job.id) : this.#curves.hide(job.id)).then(() => this.#draw(), show),
    look: (job, button) => attempt(button, () => this.#on.look(job.latestCheckpoint)),
    pause: (job, button) => this.#request(button, job.links.pause),
    resume: (job, button) => this.#request(button, job.links.resume),
    cancel: (job, button) => this.#request(button, job.links.cancel),
    extend: async (job, button) => {
      const { steps, learningRateSchedule } = job.settings;
      const isConstant = learningRateSchedule === "constant";
      const text = isConstant ? "The weights will be those of the longer training, bit for bit."
        : "The learning rate has fallen to 0 along a cosine. It goes on at its full value, so the weights will be those of no other training.";
      const more = await askNumber(`Train ${nameOf(job)} longer`, text, "Steps in all", { value: 2 * steps, min: steps + 1 }, "Train");
      if (more !== null) await this.#request(button, job.links.extend, { steps: more, learningRateSchedule: "constant" });
    },
    remove: (job, button) => attempt(button, async () => {
      const isSure = await confirm(`Delete ${nameOf(job)}?`, "Its losses and checkpoints go with it. This cannot be undone.", "Delete");
      if (!isSure) return;
      await api.remove(job.links.self);
      this.#list.delete(job.id);
      this.#curves.hide(job.id);
      this.#render();
      this.#on.checkpoints();
      byId("jobs-title").focus();
    }),
  };
}
