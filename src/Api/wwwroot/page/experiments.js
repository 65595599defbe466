/** The list of experiments, and what becomes of them. */

import * as api from "./api.js";
import { byId, confirm, say } from "./dom.js";
import { Experiment, hasEnded } from "./experiment.js";
import { answered, attempt, show } from "./notice.js";

const PATH = "/v1/experiments";
const PAGE = 5;
const QUIET_SECONDS = 15; // other people start experiments too

export class Experiments {
  #cards = new Map();
  #cursor = null;
  #timer;
  #turn = 0;
  #on;

  /** @param on {look(checkpoint), jobs(): some were made or deleted, checkpoints(): some were tagged or deleted} */
  constructor(on) {
    this.#on = on;
    byId("experiments-more").onclick = () => attempt(byId("experiments-more"), () => this.#older());
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
  }

  /** Asks for the newest experiments and all that are open now, and again when the service says so. */
  async refresh() {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    let seconds = QUIET_SECONDS;
    try {
      const isFirst = this.#cards.size === 0;
      const page = await api.get(`${PATH}?limit=${PAGE}`);
      if (turn !== this.#turn) return;
      answered();
      this.#drop(page.items);
      this.#take(page.items);
      if (isFirst) this.#cursor = page.nextCursor;
      this.#render();
      const waits = await Promise.all([...this.#cards.values()].filter((card) => card.isOpen).map((card) => this.#ask(card)));
      seconds = Math.min(seconds, ...waits.filter((wait) => wait !== null));
    } catch (fault) {
      show(fault);
    }
    if (turn === this.#turn && !document.hidden) this.#timer = setTimeout(() => this.refresh(), 1000 * seconds);
  }

  /** Shows an experiment that this page has just made. */
  async started(experiment) {
    const card = this.#card(experiment, true);
    this.#render();
    say(byId("experiments-live"), `${card.name} is queued.`);
    await this.refresh();
    card.element.scrollIntoView({ block: "nearest" });
    this.#on.jobs();
  }

  async #older() {
    const page = await api.get(`${PATH}?limit=${PAGE}&cursor=${this.#cursor}`);
    this.#cursor = page.nextCursor;
    this.#take(page.items);
    this.#render();
  }

  #take(summaries) {
    for (const summary of summaries) {
      const card = this.#cards.get(summary.id);
      if (!card) this.#card(summary, this.#cards.size === 0 || !hasEnded(summary));
      else if (!card.isOpen) card.update(summary); // an open one is asked for itself, and tells more
    }
  }

  /** Forgets the experiments that others have deleted: those the page of newest ones would hold. */
  #drop(newest) {
    const kept = new Set(newest.map((each) => each.id));
    const oldest = newest.length === PAGE ? newest.at(-1).id : "";
    for (const id of this.#cards.keys()) {
      if (id >= oldest && !kept.has(id)) this.#cards.delete(id);
    }
  }

  #card(summary, isOpen) {
    const card = new Experiment(summary, isOpen, this.#actions);
    this.#cards.set(summary.id, card);
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

  #render() {
    const cards = [...this.#cards.values()].sort((a, b) => (a.summary.id < b.summary.id ? 1 : -1)).map((card) => card.element);
    const list = byId("experiments");
    if (cards.length !== list.children.length || cards.some((card, i) => list.children[i] !== card)) list.replaceChildren(...cards);
    byId("experiments-none").hidden = cards.length > 0;
    byId("experiments-more").hidden = this.#cursor === null;
  }

  #actions = {
    look: (job, button) => attempt(button, () => this.#on.look(job.latestCheckpoint)),
    opened: (card) => this.#ask(card).catch(show),
    cancel: (card, button) => attempt(button, async () => {
      const isSure = await confirm(`Cancel ${card.spoken}?`, "All its jobs stop. Their last checkpoints are kept.", "Cancel the jobs", "Go on");
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
      this.#cards.delete(card.summary.id);
      this.#render();
      this.#on.jobs();
      this.#on.checkpoints();
      byId("experiments-title").focus();
    }),
  };
}
