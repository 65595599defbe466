/** The form for a new job. What is left empty is left to the service. */

import * as api from "./api.js";
import * as calls from "./calls.js";
import { check } from "./check.js";
import { describe } from "./checkpoints.js";
import { byId, el } from "./dom.js";
import { send } from "./fields.js";
import { asCurl } from "./show-as.js";
import { MORE, offerArchitectures, options, rhythm, typed } from "./settings.js";

const PATH = "/v1/training-jobs";

/** What the first visit proposes: a network with a bottleneck. */
const WELCOME = { preset: "quick", architecture: "strided", codeWidth: 32, evaluateEvery: 250 };

/** @param started called with the job that was made. */
export function jobForm(started) {
  const form = byId("new-job");
  byId("more").append(...MORE.map(field));
  let known = []; // the architectures
  byId("architecture").onchange = () => explain(known);
  form.onsubmit = (event) => {
    event.preventDefault();
    submit(form, form.querySelector("[type=submit]"), started);
  };
  form.querySelector(".card-head").append(asCurl("the training", () => calls.trainingJob(request(form))));
  byId("welcome-start").onclick = () => send(form, byId("welcome-start"), async () => started(await api.post(PATH, { ...WELCOME, dataset: byId("dataset").value })));

  return {
    /** The checkpoints that a job may start from. */
    offerCheckpoints(checkpoints) {
      const list = byId("startFrom");
      const before = list.value;
      list.replaceChildren(el("option", { value: "", textContent: "None" }), ...checkpoints.map((each) => el("option", { value: each.id, textContent: describe(each) })));
      list.value = checkpoints.some(({ id }) => id === before) ? before : "";
    },

    offer(datasets, architectures) {
      known = architectures;
      offerArchitectures(byId("architecture"), architectures);
      explain(known);
      const first = options(byId("dataset"), datasets);
      byId("welcome-hint").textContent = `A quick training on ${first.name === "mnist" ? "MNIST" : "generated synthetic digits"}, a code of ${WELCOME.codeWidth}: seconds on two idle cores.`;
    },
  };
}

/** Describes the chosen architecture and shows the fields that size it, and no other's. */
function explain(architectures) {
  const { description, sizeFields } = architectures.find(({ name }) => name === byId("architecture").value);
  byId("architecture-hint").textContent = description;
  for (const field of architectures.flatMap((each) => each.sizeFields)) {
    document.querySelector(`[data-field=${field}]`).hidden = !sizeFields.includes(field);
  }
}

function field({ name, label, choices, number, pair }) {
  const input = choices
    ? el("select", { id: name, name }, el("option", { value: "", textContent: "Default" }), ...choices.map((choice) => el("option", { value: choice, textContent: choice })))
    : el("input", { id: name, name, autocomplete: "off", spellcheck: false, inputMode: typeof number === "number" ? "decimal" : "text", placeholder: number ?? pair?.join(", ") ?? "" });
  return el("div", { className: "field", "data-field": name }, el("label", { for: name, textContent: label }), input);
}

const submit = (form, button, started) => send(form, button, async () => {
  const body = request(form);
  await check(Object.entries(body).map(([field, value]) => ({ field, value })));
  started(await api.post(PATH, body));
});

/** The request's fields. */
function request(form) {
  const body = rhythm(form.elements.steps.value);
  for (const input of form.querySelectorAll("[name]")) {
    const value = input.value.trim();
    if (value === "" || input.closest("[hidden]")) continue;
    body[input.name] = typed(input.name, value);
  }
  return body;
}
