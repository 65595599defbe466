/** Checkpoint files: the weights of the one that is looked at, to save; and one from elsewhere, to look into. */

import * as api from "./api.js";
import { byId, say } from "./dom.js";
import { acceptDrops } from "./drag-drop.js";
import { FileLink } from "./file-link.js";
import { onSuccess } from "./notifications.js";

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
  acceptDrops(byId("checkpoint"), (file) => input.matches(":disabled") || take(file));
  onSuccess(() => say(byId("import-error"), ""));

  async function take(file) {
    say(byId("import-error"), "");
    say(byId("import-outcome"), `Reading ${file.name} …`);
    try {
      const mistake = await mistakeOf(file);
      if (mistake) throw new api.Problem(415, mistake);
      const checkpoint = await api.upload(`/v1/checkpoints${nameOf(file)}`, file);
      say(byId("import-outcome"), `Imported ${file.name}; it is shown now.`);
      await imported(checkpoint);
    } catch (fault) {
      if (!(fault instanceof api.Problem)) console.error(fault);
      say(byId("import-outcome"), "");
      say(byId("import-error"), `${file.name} could not be imported. ${reasonOf(fault)}`);
    }
  }

  return {
    show(checkpoint) {
      link.element.hidden = false;
      link.point(`/v1/checkpoints/${checkpoint.id}/weights`, `${checkpoint.settings.architecture}-${checkpoint.step}-${checkpoint.id}.safetensors`);
    },
  };
}

const ADVICE = "Choose a file that “Download its weights” has saved, here or at another service like this one.";

/** What the file is, by its first bytes, where it is no safetensors file: it begins with the length of a JSON header. Null where it may be one. */
async function mistakeOf(file) {
  const start = new Uint8Array(await file.slice(0, 9).arrayBuffer());
  if (start.length === 0) return `The file is empty. ${ADVICE}`;
  if (start.length === 9 && start.slice(3, 8).every((byte) => byte === 0) && start[8] === "{".charCodeAt(0)) return null;
  return file.type.startsWith("image/") ? "It is an image. Open it as a digit instead: “Open an image”." : `It is no checkpoint file. ${ADVICE}`;
}

/** What the service says of a file that begins like a checkpoint is of bytes and tensors: it stands behind what that means. */
const reasonOf = (fault) => (fault.status === 422
  ? `It is damaged, or of a network that this service cannot run. Download it again, or choose another one. In detail: ${fault.message}`
  : fault.message);

/** The file's own name, where it makes one. */
function nameOf(file) {
  const name = file.name.replace(/\.safetensors$/i, "").toLowerCase().replace(/[^a-z0-9._-]+/g, "-");
  return NAME.test(name) ? `?name=${name}` : "";
}
