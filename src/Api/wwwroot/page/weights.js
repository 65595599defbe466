/** Checkpoint files: the weights of the one that is looked at, to save; and one from elsewhere, to look into. */

import * as api from "./api.js";
import { byId, say } from "./dom.js";
import { acceptDrops } from "./drops.js";
import { FileLink } from "./file-link.js";

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/; // as the service wants it

/** @param imported called with the checkpoint that a file has become. */
export function weights(imported) {
  const link = new FileLink({ download: "", textContent: "Download its weights" });
  byId("files").prepend(link.element);
  link.element.hidden = true;

  const input = byId("import");
  input.onchange = () => {
    if (input.files.length > 0) take(input.files[0]);
    input.value = "";
  };
  acceptDrops(byId("checkpoint"), take);

  async function take(file) {
    say(byId("import-error"), "");
    say(byId("import-outcome"), `Reading ${file.name} …`);
    try {
      const checkpoint = await api.upload(`/v1/checkpoints${nameOf(file)}`, file);
      say(byId("import-outcome"), `${file.name} is here, and looked into below.`);
      await imported(checkpoint);
    } catch (fault) {
      if (!(fault instanceof api.Problem)) console.error(fault);
      say(byId("import-outcome"), "");
      say(byId("import-error"), `${file.name} is not taken. ${fault.message}`);
    }
  }

  return {
    show(checkpoint) {
      link.element.hidden = false;
      link.point(`/v1/checkpoints/${checkpoint.id}/weights`, `${checkpoint.settings.architecture}-${checkpoint.step}-${checkpoint.id}.safetensors`);
    },
  };
}

/** The file's own name, where it makes one. */
function nameOf(file) {
  const name = file.name.replace(/\.safetensors$/i, "").toLowerCase().replace(/[^a-z0-9._-]+/g, "-");
  return NAME.test(name) ? `?name=${name}` : "";
}
