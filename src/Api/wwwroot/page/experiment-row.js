/** One job in an experiment's table. */

import { count, el, loss, say } from "./dom.js";
import { isOver } from "./job-row.js";

/** What a cell says of a setting: "0.01", "16 32", "strided". */
export const inWords = (value) => (Array.isArray(value) ? value.join(" ") : String(value));

export class ExperimentRow {
  #parts = {
    swatch: el("span", { className: "key none", "aria-hidden": "true" }),
    name: el("span"),
    best: el("span", { className: "best", textContent: "best" }),
    status: el("span", { className: "status" }),
    bar: el("progress"),
    note: el("span", { className: "error" }),
    validation: el("td"),
    test: el("td", { className: "main" }),
    dead: el("td"),
    pace: el("td"),
    look: el("button", { type: "button", className: "quiet", textContent: "Look inside" }),
  };
  #varied = [];

  /** @param varied the names of the settings that have a column; @param look called with the job and the button. */
  constructor(varied, look) {
    const { swatch, name, best, status, bar, note, validation, test, dead, pace, look: button } = this.#parts;
    this.#varied = varied.map((setting) => ({ setting, cell: el("td") }));
    this.element = el("tr", {},
      el("th", { scope: "row" }, swatch, name, " ", best),
      ...this.#varied.map(({ cell }) => cell),
      el("td", { className: "state" }, status, bar, note), validation, test, dead, pace, el("td", {}, button));
    button.onclick = () => look(this.job, button);
  }

  update(job, isBest) {
    this.job = job;
    const { name, best, status, note, validation, test, dead, pace, look } = this.#parts;
    say(name, job.name ?? job.architecture);
    best.hidden = !isBest;
    this.element.classList.toggle("is-best", isBest);
    for (const { setting, cell } of this.#varied) say(cell, inWords(job.varied[setting]));
    say(status, job.status);
    status.className = `status ${job.status}`;
    say(note, job.error?.detail ?? "");
    this.#progress(job);
    say(validation, loss(job.loss.validation));
    say(test, loss(job.loss.test));
    say(dead, job.deadUnits === null ? "–" : `${(100 * job.deadUnits).toFixed(1)} %`);
    say(pace, job.millisecondsPerStep === null ? "–" : job.millisecondsPerStep.toFixed(1));
    look.hidden = job.latestCheckpoint === null;
    look.setAttribute("aria-label", `Look inside ${this.#spoken()}`);
  }

  /** @param colour the class of its curve's colour, or null where it has none. */
  mark(colour) {
    this.#parts.swatch.className = `key ${colour ?? "none"}`;
  }

  #progress(job) {
    const { bar } = this.#parts;
    bar.hidden = isOver(job) || job.status === "queued";
    bar.max = job.steps;
    bar.value = job.step;
    bar.setAttribute("aria-label", `Steps of ${this.#spoken()}: ${count(job.step)} of ${count(job.steps)}`);
  }

  #spoken() {
    const settings = this.#varied.map(({ setting }) => `${setting} ${inWords(this.job.varied[setting])}`);
    return [this.job.name ?? this.job.architecture, ...settings].join(", ");
  }
}
