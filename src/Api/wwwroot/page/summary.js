/** On a phone: the image, its reconstruction and its error at the top of the window, once the pad has gone out of sight. A tap leads back. */

import { byId, el, loss, say } from "./dom.js";
import { drawImage } from "./palette.js";

export class Summary {
  #input = el("canvas", { "aria-hidden": "true" });
  #output = el("canvas", { "aria-hidden": "true" });
  #error = el("strong");

  /** @param pad what is out of sight before the summary is seen. */
  constructor(pad) {
    const summary = byId("summary");
    summary.append(this.#input, this.#output, el("span", {}, "MSE ", this.#error));
    summary.onclick = () => {
      document.querySelector(".top").scrollIntoView();
      pad.focus({ preventScroll: true });
    };
    new IntersectionObserver(([{ isIntersecting, boundingClientRect }]) => {
      summary.hidden = isIntersecting || boundingClientRect.height === 0;
    }).observe(pad);
  }

  update(pixels, output, shape, mse) {
    drawImage(this.#input, pixels, shape);
    drawImage(this.#output, output, shape);
    say(this.#error, loss(mse));
  }
}
