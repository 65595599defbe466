/** The dialog for the API key: a key is kept only once the service has answered a call with it. */

import * as api from "./api.js";
import { byId, say } from "./dom.js";
import { LOCAL, ask, tell } from "./role.js";

/** @param changed called when the tab has another key, or none any more. */
export function keyDialog(changed) {
  const dialog = byId("key-dialog");
  const value = byId("key-value");
  const open = () => {
    value.value = "";
    refuse("");
    tell();
    dialog.showModal();
  };
  const use = (key) => {
    api.key.set(key);
    dialog.close();
    changed();
  };
  const refuse = (reason) => {
    say(byId("key-error"), reason);
    byId("key-error").hidden = reason === "";
    if (reason === "") value.removeAttribute("aria-invalid");
    else value.setAttribute("aria-invalid", "true");
  };

  byId("key-open").onclick = open;
  byId("notice-key").onclick = open;
  byId("key-cancel").onclick = () => dialog.close();
  byId("key-remove").onclick = () => use("");
  byId("key-form").onsubmit = async (event) => {
    event.preventDefault();
    const [key, button] = [value.value.trim(), byId("key-use")];
    button.disabled = true;
    try {
      if (!/^[\x21-\x7e]+$/.test(key)) throw new api.Problem(401, key === "" ? "Enter a key." : "A key has no spaces and no letters beyond a to z.");
      const { name } = await ask(key);
      if (name === LOCAL) throw new api.Problem(200, "No key is needed: the service has none, and takes every call from this machine.");
      use(key);
    } catch (fault) {
      if (!(fault instanceof api.Problem)) throw fault;
      refuse(fault.message);
      value.focus();
    } finally {
      button.disabled = false;
    }
  };
  addEventListener("hashchange", () => api.key.takeFromAddress() && changed());
  api.key.changed = tell;
  tell();
}
