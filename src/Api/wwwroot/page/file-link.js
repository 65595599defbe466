/** A link to a file that the service makes. Following a link sends no key: with one, the file is fetched, and given to the browser to save. */

import * as api from "./api.js";
import { el, save } from "./dom.js";
import { clear, refuse, succeeded } from "./notifications.js";

export class FileLink {
  #path = "";
  #name = "";
  #isUnderWay = false;

  /** @param properties of the link, such as the target for the case without a key. */
  constructor(properties) {
    this.element = el("a", { className: "button", ...properties });
    this.element.onclick = (event) => {
      if (!api.key.get()) return;
      event.preventDefault();
      this.#fetch();
    };
  }

  /** @param name to save the file by. */
  point(path, name) {
    this.#path = path;
    this.#name = name;
    this.element.href = path;
  }

  async #fetch() {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.element.setAttribute("aria-busy", "true");
    try {
      clear();
      save(await api.download(this.#path), this.#name);
      succeeded();
    } catch (fault) {
      refuse(fault);
    } finally {
      this.#isUnderWay = false;
      this.element.removeAttribute("aria-busy");
    }
  }
}
