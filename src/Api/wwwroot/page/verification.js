/** Whether the checkpoint that is looked at is what training it again gives: started where the user asks for it, the outcome in words. */

import * as api from "./api.js";
import { byId, say } from "./dom.js";
import { attempt } from "./notifications.js";

const SECONDS = 0.5;
const OUTCOMES = { equal: "Equal.", differs: "It differs.", "losses-differ": "Its losses differ.", "not-checkable": "Not checkable here." };

/** @returns {show(checkpoint), find()}: takes the checkpoint; says what is known of it. */
export function verification() {
  const [button, line] = [byId("verify"), byId("verification")];
  let checkpoint = null;

  const isEnded = ({ status }) => ["succeeded", "failed", "cancelled"].includes(status);

  function tell({ checkpoint: id, status, percent, result, error }) {
    if (id !== checkpoint.id) return;
    say(line, result ? `${OUTCOMES[result.outcome]} ${result.reason}` : error ? error.detail : `The verification is ${status}, ${percent} %.`);
  }

  button.onclick = () => attempt(button, async () => {
    let now = await api.post(`/v1/checkpoints/${checkpoint.id}/verifications`);
    while (!isEnded(now)) {
      tell(now);
      await new Promise((resolve) => setTimeout(resolve, 1000 * SECONDS));
      now = await api.get(now.links.self);
    }
    tell(now);
  });

  return {
    show(shown) {
      if (shown.id !== checkpoint?.id) say(line, "");
      checkpoint = shown;
    },

    async find() {
      const { items } = await api.get(`/v1/verifications?checkpoint=${checkpoint.id}&limit=1`);
      if (items.length > 0 && !button.disabled) tell(items[0]);
    },
  };
}
