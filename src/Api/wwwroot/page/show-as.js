/** What a card of the page asks for, as a command or a program that asks for the same. */

import * as api from "./api.js";
import { byId, copy, el, say } from "./dom.js";

const LANGUAGES = { curl: "curl", python: "Python", typescript: "TypeScript" };

/** @param call of calls.js. */
export function showAs(call, language = "curl") {
  const dialog = byId("code-dialog");
  const texts = programs(call);
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

/** A button that shows a card's call. @param what the call is for; @param call gives it. */
export function asCurl(what, call) {
  const button = el("button", { type: "button", className: "link as-curl", textContent: "As curl", "aria-label": `As curl: ${what}` });
  button.onclick = () => showAs(call());
  return button;
}

/** The whole texts. A key stays out of them: they read it where the clients' documentation has it. */
function programs({ path, body, file, python, typescript }) {
  const address = new URL(".", document.baseURI).href.replace(/\/$/, "");
  const isKeyed = api.key.get() !== "";
  const quoted = (words) => `'${words.replaceAll("'", "'\\''")}'`;
  const curl = [
    `curl ${quoted(address + path)}`,
    ...(isKeyed ? ['-H "X-API-Key: $AUTOENCODER_API_KEY"'] : []),
    ...(body === null ? [] : ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`]),
    ...(file === null ? [] : [...(file.endsWith(".npy") ? ["-H 'Accept: application/x-npy'"] : []), `-o ${file}`]),
  ];
  const imports = [...(/\bjson\./.test(python) ? ["import json"] : []), ...(isKeyed ? ["import os"] : [])];
  const packages = [...(/\bnumpy\./.test(python) ? ["import numpy"] : []), "from autoencoder_api import Client"];
  return {
    curl: curl.join(" \\\n  "),
    python: [...imports, ...(imports.length > 0 ? [""] : []), ...packages, "",
      `client = Client("${address}"${isKeyed ? ', key=os.environ["AUTOENCODER_API_KEY"]' : ""})`, python, ""].join("\n"),
    typescript: ['import { Client } from "autoencoder-api";', "",
      `const client = new Client({ baseUrl: "${address}"${isKeyed ? ", key: process.env.AUTOENCODER_API_KEY" : ""} });`, typescript, ""].join("\n"),
  };
}
