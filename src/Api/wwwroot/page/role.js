/** The caller's role, as the service tells it: what the role may not do is disabled, and says why. */

import * as api from "./api.js";
import { byId, el, say } from "./dom.js";

const ROLES = ["reader", "operator", "admin"];

export const LOCAL = "local"; // what the service calls a caller on its own machine while it has no keys: no key is looked at

let caller = null; // {name, role}; null where the service has not told

const may = (role) => caller === null || ROLES.indexOf(caller.role) >= ROLES.indexOf(role);

/** Controls for callers of a role. A fieldset, so that what enables or disables one of them by itself cannot undo it. */
export function needs(role, ...children) {
  const group = el("fieldset", { className: "needs", role: "presentation", "data-needs": role }, ...children);
  apply(group);
  return group;
}

/** Asks who the caller is. @param key to ask with in place of the page's own. */
export const ask = (key) => api.get("/v1/caller", key ? { headers: { "X-API-Key": key } } : {});

/** Takes the role in, or null where it is not known. */
export function take(told) {
  caller = told;
  document.querySelectorAll("[data-needs]").forEach(apply);
  for (const hint of document.querySelectorAll("[data-lacks]")) {
    hint.hidden = may(hint.dataset.lacks);
    say(hint, lack(hint.dataset.lacks));
  }
  tell();
}

/** What the header and the dialog say of the key and its role. The mark is there only while the service knows the key. */
export function tell() {
  const isLocal = caller?.name === LOCAL;
  const isKnown = api.key.isKnown && caller !== null && !isLocal;
  say(byId("key-open"), isKnown ? "Key ✓" : "Key");
  say(byId("role"), isKnown ? caller.role : "");
  say(byId("key-state"), caller === null ? (api.key.get() ? "The role of this tab's key is not known." : "This tab has no key.")
    : !isLocal ? `This tab uses the key ${caller.name}, which has the role ${caller.role}.`
    : `This tab needs no key: on this machine it has the role ${caller.role}.`);
  byId("key-remove").hidden = !api.key.get();
}

const lack = (role) => (may(role) ? "" : `Needs the role ${role}; this key has the role ${caller.role}.`);

function apply(element) {
  const role = element.dataset.needs;
  element.title = lack(role);
  if (element.tagName === "FIELDSET") element.disabled = !may(role);
  else if (may(role)) element.setAttribute("href", element.dataset.href);
  else element.removeAttribute("href"); // a link that leads nowhere is a placeholder (WHATWG HTML, section 4.5.1)
}
