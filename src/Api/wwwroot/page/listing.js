/** A list of what a collection of the service holds, newest first: asked for again and again, and older entries by the page. */

import * as api from "./api.js";
import { byId } from "./dom.js";
import { answered, attempt, show } from "./notifications.js";

export const QUIET_SECONDS = 15; // other people make entries too
const RETRY_SECONDS = 3; // while the service does not answer

export class Listing {
  #entries = new Map();
  #name;
  #path;
  #size;
  #on;
  #cursor = null;
  #timer;
  #turn = 0;
  #seconds = QUIET_SECONDS;

  /**
   * @param name the id of the list's element; `name-more` is the button for older entries, `name-none` what stands there while it is empty,
   * `name-filter` the field whose words the entries shown contain
   * @param size how many entries a page holds
   * @param on {take(items): an entry, which has an `element`, is to be set for each, listed(items, isFirst): the entries are up to date,
   * gives the seconds after which to ask again, older(): more entries were taken, dropped?(id): somebody deleted one}
   */
  constructor(name, path, size, on) {
    this.#name = name;
    this.#path = `${path}?limit=${size}`;
    this.#size = size;
    this.#on = on;
    byId(`${name}-filter`).oninput = () => this.render();
    byId(`${name}-more`).onclick = () => attempt(byId(`${name}-more`), () => this.#older());
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
  }

  get entries() {
    return [...this.#entries.values()];
  }

  get(id) {
    return this.#entries.get(id);
  }

  set(id, entry) {
    this.#entries.set(id, entry);
  }

  delete(id) {
    this.#entries.delete(id);
  }

  /** Asks for the newest entries now, and again after a while. */
  async refresh() {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    try {
      const isFirst = this.#entries.size === 0;
      const page = await api.get(this.#path);
      if (turn !== this.#turn) return; // an answer from before an entry was made knows nothing of it
      answered();
      this.#drop(page.items);
      this.#on.take(page.items);
      if (isFirst) this.#cursor = page.nextCursor;
      this.#seconds = await this.#on.listed(page.items, isFirst);
    } catch (fault) {
      show(fault);
      this.#seconds = Math.min(this.#seconds, RETRY_SECONDS);
    }
    if (turn === this.#turn && !document.hidden) this.#timer = setTimeout(() => this.refresh(), 1000 * this.#seconds);
  }

  render() {
    const elements = [...this.#entries].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, entry]) => entry.element);
    const list = byId(this.#name);
    if (elements.length !== list.children.length || elements.some((element, i) => list.children[i] !== element)) list.replaceChildren(...elements);
    const words = byId(`${this.#name}-filter`).value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const element of elements) {
      const text = element.textContent.toLowerCase();
      element.hidden = !words.every((word) => text.includes(word));
    }
    byId(`${this.#name}-none`).hidden = elements.length > 0;
    byId(`${this.#name}-more`).hidden = this.#cursor === null;
  }

  async #older() {
    const page = await api.get(`${this.#path}&cursor=${this.#cursor}`);
    this.#cursor = page.nextCursor;
    this.#on.take(page.items);
    this.#on.older();
  }

  /** Forgets what others have deleted: the entries that the page of newest ones would hold. */
  #drop(newest) {
    const kept = new Set(newest.map((each) => each.id));
    const oldest = newest.length === this.#size ? newest.at(-1).id : "";
    for (const id of this.#entries.keys()) {
      if (id < oldest || kept.has(id)) continue;
      this.#entries.delete(id);
      this.#on.dropped?.(id);
    }
  }
}
