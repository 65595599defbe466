/** What the page has just asked for, as a command or a program that asks for the same. */

import { byId, copy, el, say } from "./dom.js";

const LANGUAGES = { curl: "curl", python: "Python", typescript: "TypeScript" };

/** @param call {path, method, body} of the API, body as JSON or null; @param python, typescript lines that do the same with the clients. */
export function showAs({ path, body, python, typescript }, language = "curl") {
  const dialog = byId("code-dialog");
  const address = `${location.origin}${document.baseURI.replace(/[^/]*(#.*)?$/, "").replace(location.origin, "").replace(/\/$/, "")}${path}`;
  const texts = {
    curl: body === null ? `curl '${address}'` : `curl '${address}' \\\n  -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(body)}'`,
    python: `from autoencoder_client import Client\n\nclient = Client("${location.origin}")\n${python}`,
    typescript: `import { AutoencoderClient } from "./clients/typescript/src/index.js";\n\nconst client = new AutoencoderClient("${location.origin}");\n${typescript}`,
  };
  const code = el("pre", { tabIndex: 0, role: "group", "aria-label": "The code" });
  const take = el("button", { type: "button", className: "primary", textContent: "Copy" });
  const close = el("button", { type: "button", textContent: "Close" });
  const told = el("span", { className: "hint", role: "status" });
  let shown = language;
  const choices = Object.entries(LANGUAGES).map(([name, title]) => {
    const button = el("button", { type: "button", className: "link", textContent: title });
    button.onclick = () => show(name);
    return [name, button];
  });
  const show = (name) => {
    shown = name;
    code.textContent = texts[name];
    for (const [each, button] of choices) button.setAttribute("aria-pressed", String(each === name));
  };
  take.onclick = async () => {
    await copy(texts[shown]);
    say(told, "Copied.");
  };
  close.onclick = () => dialog.close();
  dialog.replaceChildren(el("h2", { textContent: "The same by program" }), el("div", { className: "buttons left" }, ...choices.map(([, button]) => button)), code,
    el("div", { className: "buttons" }, told, close, take));
  show(language);
  dialog.showModal();
}
