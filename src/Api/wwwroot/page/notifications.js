/** What went wrong, in words, where everyone sees and hears it, until something has succeeded again. */

import { Problem } from "./api.js";
import { byId, say } from "./dom.js";

/** What is shown: the user's own fault before one of the page, which waits beneath it. */
const faults = { user: null, page: null };
const toRepeat = [];
const toForget = [];

/** A fault of what the page does by itself: it goes as soon as the service has answered again. */
export const show = (fault) => put(fault, "page");

/** A fault of what follows the user's hand: one that may pass goes as soon as the service has answered again, another with the next thing that succeeds for the user. */
export const refuse = (fault) => put(fault, fault.isPassing ? "page" : "user");

/** The service has answered what the page asks for by itself: what was shown of it goes, and what it could not answer before is asked again. */
export function answered() {
  drop("page");
  for (const repeat of toRepeat.splice(0)) repeat();
}

/** Something has succeeded for the user. */
export function succeeded() {
  drop("user");
  for (const forget of toForget) forget();
}

/** @param repeat called once, when the service has answered again. */
export const onceAnswered = (repeat) => toRepeat.push(repeat);

/** @param forget called whenever something has succeeded for the user, to take a fault off that stands elsewhere. */
export const onSuccess = (forget) => toForget.push(forget);

export function clear() {
  drop("user");
  drop("page");
}

/** Runs an action of the user and shows what becomes of it; the button rests meanwhile, and has the focus again where nothing else took it. */
export async function attempt(button, action) {
  const hadFocus = document.activeElement === button;
  button.disabled = true;
  try {
    clear();
    const result = await action();
    succeeded();
    return result;
  } catch (fault) {
    put(fault, fault.status === 0 ? "page" : "user"); // nothing does it again by itself; that the service is away goes with its return
  } finally {
    button.disabled = false;
    if (hadFocus && document.activeElement === document.body) button.focus({ preventScroll: true });
  }
}

/** Shows a refusal of the service; anything else is a fault of this page and goes to the console as well. */
function put(fault, kind) {
  if (fault.name === "AbortError") return;
  if (!(fault instanceof Problem)) console.error(fault);
  faults[kind] = fault;
  render();
}

function drop(kind) {
  if (faults[kind] === null) return;
  faults[kind] = null;
  render();
}

function render() {
  const fault = faults.user ?? faults.page;
  say(byId("notice-text"), fault?.message ?? "");
  byId("notice-key").hidden = !fault?.wantsKey;
  byId("notice").hidden = fault === null;
}
