/** The names of the checkpoint that is looked at: to give, to move, to take off. Those that the service keeps move by themselves. */

import * as api from "./api.js";
import { byId, confirm, el, say } from "./dom.js";
import { send } from "./fields.js";
import { attempt } from "./notifications.js";
import { needs } from "./role.js";

const pathOf = (tag) => `/v1/tags/${encodeURIComponent(tag)}`;

/** @param on {changed(): tags are not where they were; removed(tag, checkpoint): called before that with the name taken off, and its holder} */
export function tagging(on) {
  const form = byId("tag-form");
  const input = byId("tag");
  let checkpoint = null;
  form.onsubmit = (event) => {
    event.preventDefault();
    const tag = input.value.trim();
    send(form, form.querySelector("[type=submit]"), () => name(tag), () => input);
  };

  async function name(tag) {
    if (/^\.*$/.test(tag)) throw asField("must have 1 to 64 lower-case letters, digits, dots, dashes or underscores."); // a path keeps no such part
    if (!(await put(tag))) return;
    input.value = "";
    say(byId("tag-outcome"), `This checkpoint is now called ${tag}.`);
    await on.changed();
    input.focus();
  }

  /** @returns whether the checkpoint has the name now: a name that stands elsewhere is moved only where its holder agrees. */
  async function put(tag) {
    const to = { checkpoint: checkpoint.id };
    try {
      await api.put(pathOf(tag), to, { "If-None-Match": "*" });
      return true;
    } catch (fault) {
      if (fault.status === 422) throw asField(fault.message); // one that the service keeps
      if (fault.status !== 412) throw fault;
    }
    const { body, etag } = await api.poll(pathOf(tag));
    if (body.checkpoint === checkpoint.id) return true;
    const isSure = await confirm(`Move ${tag}?`, `The tag ${tag} is on another checkpoint, and is removed from it.`, "Move", "Cancel");
    if (isSure) await api.put(pathOf(tag), to, { "If-Match": etag });
    return isSure;
  }

  const take = (tag, button) => attempt(button, async () => {
    const isSure = await confirm(`Remove tag ${tag}?`, "The checkpoint stays, but the tag no longer protects it from deletion.", "Remove tag");
    if (!isSure) return;
    const { body, etag } = await api.poll(pathOf(tag));
    if (body.checkpoint === checkpoint.id) await api.remove(pathOf(tag), { "If-Match": etag });
    on.removed(tag, checkpoint.id);
    say(byId("tag-outcome"), `Tag ${tag} removed.`);
    await on.changed();
    input.focus();
  });

  return {
    /** @param tags all that there are; @param picked the checkpoint that is looked at. */
    show(tags, picked) {
      checkpoint = picked;
      const names = tags.filter((tag) => tag.checkpoint === picked.id);
      const list = byId("tags");
      const key = JSON.stringify(names);
      byId("tags-none").hidden = names.length > 0;
      if (list.dataset.shown === key) return; // the focus may be within
      list.dataset.shown = key;
      list.replaceChildren(...names.map((tag) => (tag.managed ? el("li", { className: "tag kept", title: "Kept by the service" }, tag.name) : own(tag.name))));
    },
  };

  function own(tag) {
    const button = el("button", { type: "button", className: "quiet", textContent: "✕", "aria-label": `Remove tag ${tag}` });
    button.onclick = () => take(tag, button);
    return el("li", { className: "tag" }, tag, needs("operator", button));
  }
}

const asField = (reason) => new api.Problem(422, reason, { tag: [reason] });
