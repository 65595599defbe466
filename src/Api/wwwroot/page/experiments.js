/** The list of experiments, and what becomes of them. */

import * as api from "./api.js";
import { byId, confirm, say } from "./dom.js";
import { Experiment, hasEnded } from "./experiment.js";
import { Listing, QUIET_SECONDS } from "./listing.js";
import { attempt, show } from "./notifications.js";

const PATH = "/v1/experiments";
const PAGE = 5;

export class Experiments {
  #list;
  #on;

  /** @param on {look(checkpoint), jobs(): some were made or deleted, checkpoints(): some were tagged or deleted} */
  constructor(on) {
    this.#on = on;
    this.#list = new Listing("experiments", PATH, PAGE, {
      take: (summaries) => this.#take(summaries),
      listed: () => this.#listed(),
      older: () => this.#list.render(),
    });
  }

  /** Asks for the newest experiments and all that are open now, and again when the service says so. */
  refresh() {
    return this.#list.refresh();
  }

  /** Shows an experiment that this page has just made. */
  async started(experiment) {
    const card = this.#card(experiment, true);
    this.#list.render();
    say(byId("experiments-live"), `${card.name} is queued.`);
    await this.refresh();
    card.element.scrollIntoView({ block: "nearest" });
    this.#on.jobs();
  }

  async #listed() {
    this.#list.render();
    const waits = await Promise.all(this.#list.entries.filter((card) => card.isToBeAsked).map((card) => this.#ask(card)));
    return Math.min(QUIET_SECONDS, ...waits.filter((wait) => wait !== null));
  }

  #take(summaries) {
    for (const summary of summaries) {
      const card = this.#list.get(summary.id);
      if (!card) this.#card(summary, this.#list.entries.length === 0 || !hasEnded(summary));
      else if (!card.isToBeAsked) card.update(summary); // another one is asked for itself, and tells more
    }
  }

  #card(summary, isOpen) {
    const card = new Experiment(summary, isOpen, this.#actions);
    this.#list.set(summary.id, card);
    return card;
  }

  /** @returns the seconds after which to ask again, or null. */
  async #ask(card) {
    const ranBefore = !hasEnded(card.summary);
    try {
      const wait = await card.refresh();
      if (ranBefore && hasEnded(card.summary)) this.#tellEnd(card);
      return wait;
    } catch (fault) {
      if (fault.status !== 404) throw fault;
      return null; // somebody deleted it since it was listed
    }
  }

  #tellEnd(card) {
    say(byId("experiments-live"), `${card.name} has ended: ${card.outcome}.`);
    this.#on.checkpoints();
  }

  #actions = {
    look: (job, button) => attempt(button, () => this.#on.look(job.latestCheckpoint)),
    opened: (card) => this.#ask(card).catch(show),
    cancel: (card, button) => attempt(button, async () => {
      await card.refresh();
      const [left, all] = [card.unfinished.length, card.summary.jobs.length];
      if (left === 0) return; // it has ended since
      const which = all === 1 ? "the job" : left === all ? `all ${all} jobs` : `${left} of ${all} jobs`;
      const isSure = await confirm(`Cancel ${card.spoken}?`, "What has been trained up to the last checkpoint of each job is kept.", `Cancel ${which}`, "Keep running");
      if (!isSure) return;
      await api.post(`${card.summary.links.self}/cancel`, {});
      await this.refresh();
      this.#on.jobs();
      byId("experiments-title").focus();
    }),
    remove: (card, button) => attempt(button, async () => {
      const isSure = await confirm(`Delete ${card.spoken}?`, "All its jobs go with it, their losses and checkpoints too. This cannot be undone.", "Delete");
      if (!isSure) return;
      await api.remove(card.summary.links.self);
      this.#list.delete(card.summary.id);
      this.#list.render();
      this.#on.jobs();
      this.#on.checkpoints();
      byId("experiments-title").focus();
    }),
  };
}
