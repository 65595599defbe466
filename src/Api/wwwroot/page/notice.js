/** What went wrong, in words, where everyone sees and hears it. */

import { Problem } from "./api.js";
import { byId, say } from "./dom.js";

let isLost = false;

/** Shows a refusal of the service; anything else is a fault of this page and goes to the console as well. */
export function show(fault) {
  if (fault.name === "AbortError") return;
  if (!(fault instanceof Problem)) console.error(fault);
  isLost = fault.status === 0;
  say(byId("notice-text"), fault.message);
  byId("notice-key").hidden = !fault.wantsKey;
  byId("notice").hidden = false;
}

/** Takes the word that the service is away off the page: it has answered again. */
export function answered() {
  if (isLost) clear();
}

export function clear() {
  isLost = false;
  byId("notice").hidden = true;
  say(byId("notice-text"), "");
}

/** Runs an action of the user and shows what becomes of it; the button rests meanwhile, and has the focus again where nothing else took it. */
export async function attempt(button, action) {
  const hadFocus = document.activeElement === button;
  button.disabled = true;
  try {
    clear();
    return await action();
  } catch (fault) {
    show(fault);
  } finally {
    button.disabled = false;
    if (hadFocus && document.activeElement === document.body) button.focus({ preventScroll: true });
  }
}
