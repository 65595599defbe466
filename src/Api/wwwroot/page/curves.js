/** The loss curves on show: which jobs have one, and their points. */

import * as api from "./api.js";
import { Chart } from "./chart.js";
import { byId } from "./dom.js";
import { isOver, nameOf } from "./job-row.js";

const MOST = 6; // as many as there are colours

export class Curves {
  #chart = new Chart(byId("chart"), byId("legend"));
  #points = new Map(); // by job
  #jobs = () => [];

  /** @param jobs gives the jobs that are known. */
  constructor(jobs) {
    this.#jobs = jobs;
  }

  get isEmpty() {
    return this.#points.size === 0;
  }

  /** The class of a job's colour, or null where its curve is not shown. */
  colourOf = (id) => (this.#points.has(id) ? this.#chart.colourOf(id) : null);

  /** Shows a job's curve, in place of the oldest where there are too many. */
  async show(id) {
    if (this.#points.size >= MOST) this.#points.delete(this.#points.keys().next().value);
    this.#points.set(id, []);
    await this.load(id);
  }

  hide(id) {
    this.#points.delete(id);
  }

  /** Asks for a shown job's points again. */
  async load(id) {
    if (!this.#points.has(id)) return;
    const points = await api.get(`/v1/training-jobs/${id}/metrics`);
    if (this.#points.has(id)) this.#points.set(id, points);
  }

  add(id, point) {
    const points = this.#points.get(id);
    if (!points || points.some((each) => each.step === point.step)) return;
    points.push(point);
    points.sort((a, b) => a.step - b.step);
  }

  draw() {
    const shown = this.#jobs().filter((job) => this.#points.has(job.id));
    this.#chart.show(shown.map((job) => ({
      id: job.id, name: nameOf(job), points: this.#points.get(job.id), isOver: isOver(job), steps: isOver(job) ? 0 : job.settings.steps })));
  }
}
