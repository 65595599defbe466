/** The form for a new job. What is left empty is left to the service. */

import * as api from "./api.js";
import { byId, el } from "./dom.js";
import { attempt } from "./notice.js";

const PATH = "/v1/training-jobs";

const NETWORKS = {
  strided: "Convolutions with stride 2 shrink the picture, transposed ones undo it. The best of the five.",
  "zero-unpool": "Max pooling; the way back puts each value at the corner of a 2×2 block of zeros. Can never draw well.",
  "nearest-unpool": "Max pooling; the way back repeats each value over its 2×2 block. Draws in coarse squares.",
  "switch-unpool": "Max pooling that remembers where each maximum was; the way back puts it there.",
  dense: "No convolution at all: every pixel is wired to every hidden unit.",
};
const DEFAULT_STEPS = 5_000; // the service's own
const SHORTEST = 10; // steps between evaluations and between checkpoints of a very short run
const ACTIVATIONS = ["relu", "sigmoid"];

/** Fields under "More settings": a list of choices, a number with its default, or two numbers. */
const MORE = [
  { name: "name", label: "Name", text: "my-first-network" },
  { name: "batchSize", label: "Pictures in a batch", number: 60 },
  { name: "learningRate", label: "Learning rate", number: 0.01 },
  { name: "learningRateSchedule", label: "Schedule", choices: ["cosine", "constant"] },
  { name: "warmupSteps", label: "Warm-up steps", number: 500 },
  { name: "seed", label: "Seed", number: 1 },
  { name: "channels", label: "Channels", pair: [16, 32], only: "convolutional" },
  { name: "kernelSize", label: "Kernel size", number: 5, only: "convolutional" },
  { name: "denseWidths", label: "Widths: hidden, code", pair: [300, 64], only: "dense" },
  { name: "encoderActivation", label: "Encoder's activation", choices: ACTIVATIONS },
  { name: "decoderActivation", label: "Decoder's activation", choices: ACTIVATIONS },
  { name: "outputActivation", label: "Output's activation", choices: ACTIVATIONS },
  { name: "decoderBias", label: "Bias in the decoder", choices: ["true", "false"] },
  { name: "stopOnCollapse", label: "Stop when it collapses", choices: ["true", "false"] },
  { name: "evaluateEvery", label: "Steps between evaluations", number: "a twentieth" },
  { name: "checkpointEvery", label: "Steps between checkpoints", number: "a quarter" },
  { name: "startFrom", label: "Start from checkpoint", text: "id" },
];

/** @param started called with the job that was made. */
export function jobForm(started) {
  const form = byId("new-job");
  byId("architecture").append(...Object.keys(NETWORKS).map((name) => el("option", { value: name, textContent: name })));
  byId("more").append(...MORE.map(field));
  byId("architecture").onchange = explain;
  form.onsubmit = (event) => {
    event.preventDefault();
    submit(form, form.querySelector("[type=submit]"), started);
  };
  byId("welcome-start").onclick = () => submit(form, byId("welcome-start"), started);
  explain();

  return {
    offer(datasets) {
      byId("dataset").replaceChildren(...datasets.map((set) => el("option", {
        value: set.name, disabled: !set.available, textContent: set.available ? set.name : `${set.name} (not here)`, title: set.unavailable ?? "" })));
      const first = datasets.find((set) => set.available);
      byId("dataset").value = first.name;
      byId("welcome-hint").textContent = `1,000 steps on ${first.name === "mnist" ? "MNIST" : "digits that the service draws itself"}: less than a minute on two idle cores.`;
    },
  };
}

function explain() {
  const network = byId("architecture").value;
  byId("architecture-hint").textContent = NETWORKS[network];
  for (const { name, only } of MORE.filter((each) => each.only)) {
    const isFor = (only === "dense") === (network === "dense");
    document.querySelector(`[data-field=${name}]`).hidden = !isFor;
  }
}

function field({ name, label, choices, number, pair, text }) {
  const input = choices
    ? el("select", { id: name, name }, el("option", { value: "", textContent: "as usual" }), ...choices.map((choice) => el("option", { value: choice, textContent: choice })))
    : el("input", { id: name, name, autocomplete: "off", spellcheck: false, inputMode: number === undefined ? "text" : "decimal", placeholder: text ?? number ?? pair.join(", ") });
  return el("div", { className: "field", "data-field": name }, el("label", { for: name, textContent: label }), input);
}

async function submit(form, button, started) {
  clearErrors(form);
  await attempt(button, async () => {
    try {
      started(await api.post(PATH, request(form)));
    } catch (fault) {
      if (!(fault instanceof api.Problem) || Object.keys(fault.errors).length === 0) throw fault;
      showErrors(form, fault.errors);
    }
  });
}

/** The request's fields. A value that is no number goes as it was typed: the service says what it must be. */
function request(form) {
  const steps = Number(form.elements.steps.value) || DEFAULT_STEPS;
  const body = { evaluateEvery: Math.max(SHORTEST, Math.round(steps / 20)), checkpointEvery: Math.max(SHORTEST, Math.round(steps / 4)) };
  for (const input of form.querySelectorAll("[name]")) {
    const value = input.value.trim();
    if (value === "" || input.closest("[hidden]")) continue;
    body[input.name] = typed(input.name, value);
  }
  return body;
}

function typed(name, value) {
  const kind = MORE.find((each) => each.name === name);
  const asNumber = (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
  if (kind?.pair) return value.split(/[\s,]+/).map(asNumber);
  if (kind?.number !== undefined || name === "steps") return asNumber(value);
  return value === "true" ? true : value === "false" ? false : value;
}

function showErrors(form, errors) {
  const nowhere = [];
  for (const [name, reasons] of Object.entries(errors)) {
    const input = form.elements.namedItem(name.replace(/\[.*$/, ""));
    if (input) mark(input, reasons.join(" "));
    else nowhere.push(`${name}: ${reasons.join(" ")}`);
  }
  byId("form-error").textContent = nowhere.join(" ") || "Please look at the fields marked below.";
  byId("form-error").hidden = false;
  form.querySelector("[aria-invalid]")?.focus();
}

function mark(input, reason) {
  const id = `${input.id}-error`;
  input.closest("details")?.setAttribute("open", "");
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
  input.closest(".field").append(el("p", { id, className: "error", textContent: reason }));
}

function clearErrors(form) {
  byId("form-error").hidden = true;
  form.querySelectorAll(".field > .error").forEach((error) => error.remove());
  form.querySelectorAll("[aria-invalid]").forEach((input) => {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  });
  byId("architecture").setAttribute("aria-describedby", "architecture-hint");
}
