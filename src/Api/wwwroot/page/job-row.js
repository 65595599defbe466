/** One job in the list. */

import { count, duration, el, loss, say, time } from "./dom.js";
import { needs } from "./role.js";
import { metadataList, nameOf as settingsName, settingsList } from "./settings.js";

export const ENDED = ["succeeded", "failed", "cancelled"];

export const isOver = (job) => ENDED.includes(job.status);

export const isAtWork = (status) => ["running", "pausing", "cancelling"].includes(status);

const mayResume = (job) => ["paused", "cancelled"].includes(job.status);

/** The place of a waiting job in the queue, in words. */
const place = ({ ahead, etaSeconds }) =>
  [ahead === 0 ? "next" : `${ahead} ahead`, etaSeconds === null ? null : `about ${duration(etaSeconds)}`].filter(Boolean).join(", ");

export const nameOf = (job) => job.name ?? settingsName(job.settings);

export class JobRow {
  #parts = {
    show: el("input", { type: "checkbox" }),
    swatch: el("span", { className: "key", "aria-hidden": "true" }),
    title: el("strong"),
    about: el("span", { className: "hint" }),
    status: el("span", { className: "status" }),
    bar: el("progress", { max: 100, "aria-label": "Progress" }),
    pace: el("span", { className: "hint pace" }),
    losses: el("dl", { className: "losses" }),
    note: el("p", { className: "note" }),
    settings: el("dl", { className: "settings-list" }),
    look: el("button", { type: "button", textContent: "Look inside" }),
    pause: el("button", { type: "button" }),
    extend: el("button", { type: "button", textContent: "Train longer…" }),
    cancel: el("button", { type: "button", textContent: "Cancel" }),
    remove: el("button", { type: "button", className: "quiet", textContent: "Delete" }),
  };

  /** @param actions {show, look, pause, resume, extend, cancel, remove}: each is called with the job, and the button. */
  constructor(job, actions) {
    const { show, swatch, title, about, status, bar, pace, losses, note, settings, look, pause, extend, cancel, remove } = this.#parts;
    this.element = el("li", { className: "job" },
      el("label", { className: "what" }, show, swatch, el("span", {}, title, el("br"), about)),
      el("div", { className: "state" }, status, bar, pace), losses,
      el("div", { className: "buttons" }, look, needs("operator", pause, extend, cancel, remove)), note,
      el("details", { className: "job-settings" }, el("summary", { textContent: "Settings" }), settings));
    show.onchange = () => actions.show(this.job, show.checked);
    look.onclick = () => actions.look(this.job, look);
    pause.onclick = () => (mayResume(this.job) ? actions.resume : actions.pause)(this.job, pause);
    extend.onclick = () => actions.extend(this.job, extend);
    cancel.onclick = () => actions.cancel(this.job, cancel);
    remove.onclick = () => actions.remove(this.job, remove);
    this.update(job);
  }

  update(job) {
    const before = this.job;
    this.job = job;
    const { title, about, status, note, settings, look, pause, extend, cancel, remove } = this.#parts;
    if (before?.settings.steps !== job.settings.steps) settings.replaceChildren(...settingsList(job.settings), ...metadataList(job.metadata));
    say(title, nameOf(job));
    say(about, `${job.name ? `${settingsName(job.settings)} on ` : ""}${job.settings.dataset}, ${count(job.settings.steps)} steps, ${time(job.createdAt)}`);
    say(status, job.status);
    status.className = `status ${job.status}`;
    say(note, [job.error?.detail, ...job.warnings].filter(Boolean).join(" "));
    note.hidden = note.textContent === "";
    look.hidden = job.latestCheckpoint === null;
    pause.hidden = ["succeeded", "failed"].includes(job.status);
    pause.disabled = ["pausing", "cancelling"].includes(job.status);
    say(pause, mayResume(job) ? "Resume" : "Pause");
    extend.hidden = job.status !== "succeeded";
    cancel.hidden = isOver(job);
    cancel.disabled = job.status === "cancelling";
    remove.hidden = !isOver(job);
    this.#label(nameOf(job));
    this.#progress(job);
    this.#losses(job.loss);
  }

  /** @param colour the class of its curve's colour, or null where it has none. */
  mark(colour) {
    this.#parts.show.checked = colour !== null;
    this.#parts.swatch.className = `key ${colour ?? "none"}`;
  }

  #label(name) {
    this.#parts.show.setAttribute("aria-label", `Show the curve of ${name}`);
    this.#parts.look.setAttribute("aria-label", `Look inside ${name}`);
    this.#parts.pause.setAttribute("aria-label", `${this.#parts.pause.textContent} ${name}`);
    this.#parts.extend.setAttribute("aria-label", `Train longer… ${name}`);
    this.#parts.cancel.setAttribute("aria-label", `Cancel ${name}`);
    this.#parts.remove.setAttribute("aria-label", `Delete ${name}`);
  }

  #progress({ status, progress, queue }) {
    const { bar, pace } = this.#parts;
    const runs = isAtWork(status);
    bar.hidden = !runs && status !== "paused";
    pace.hidden = bar.hidden && !queue;
    bar.value = progress.percent;
    if (queue) {
      say(pace, place(queue));
      return;
    }
    const words = [`${Math.floor(progress.percent)} %`, progress.etaSeconds === null ? null : `${duration(progress.etaSeconds)} to go`,
      progress.stepsPerSecond === null ? null : `${Math.round(progress.stepsPerSecond)} steps/s`];
    say(pace, words.filter(Boolean).join(" · "));
  }

  #losses(losses) {
    const shown = { train: losses.train, validation: losses.validation, test: losses.test };
    this.#parts.losses.replaceChildren(...Object.entries(shown).map(([name, value]) =>
      el("div", {}, el("dt", { textContent: name }), el("dd", { textContent: loss(value) }))));
  }
}
