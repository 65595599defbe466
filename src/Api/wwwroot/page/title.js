/** The window's title: what is looked at, and before it how far the running job has come. */

const NAME = "Autoencoder";
const parts = { progress: null, network: null };

/** @param change {progress, network}: text, or null for none. */
export function title(change) {
  Object.assign(parts, change);
  document.title = [parts.progress, parts.network, NAME].filter(Boolean).join(" – ");
}
