/** The form for a new experiment: all networks side by side, or the values of one or two settings against each other. */

import * as api from "./api.js";
import * as calls from "./calls.js";
import { check } from "./check.js";
import { byId, count, el } from "./dom.js";
import { send } from "./fields.js";
import { labelOf, offerArchitectures, options, rhythm, typed } from "./settings.js";
import { asCurl } from "./show-as.js";

const PATH = "/v1/experiments";
const PRESET = "convolutional-autoencoder";

/** The settings worth a sweep, each with values to try: a comma between two of them, a space within a pair. */
const TRIALS = {
  learningRate: "0.003, 0.01, 0.03",
  seed: "1, 2, 3",
  architecture: "strided, switch-unpool, dense",
  channels: "8 16, 16 32",
  kernelSize: "3, 5, 7",
  codeWidth: "8, 32, 128",
  denseWidths: "300 32, 300 64",
  batchSize: "30, 60, 120",
  warmupSteps: "0, 500",
  learningRateSchedule: "cosine, constant",
  encoderActivation: "relu, sigmoid",
  decoderActivation: "relu, sigmoid",
  outputActivation: "relu, sigmoid",
};
const SWEEPS = [0, 1].map((i) => ({ setting: byId(`vary-${i}`), values: byId(`values-${i}`) }));

/** @param started called with the experiment that was made. */
export function experimentForm(started) {
  const form = byId("new-experiment");
  SWEEPS.forEach(({ setting }, i) => setting.append(
    ...(i === 1 ? [el("option", { value: "", textContent: "nothing else" })] : []),
    ...Object.keys(TRIALS).map((name) => el("option", { value: name, textContent: labelOf(name) }))));
  let preset = 0; // jobs of the comparison of all architectures
  form.oninput = () => render(form, preset);
  form.onsubmit = (event) => {
    event.preventDefault();
    send(form, form.querySelector("[type=submit]"), async () => {
      const body = request(form);
      await check(valuesIn(body));
      started(await api.post(PATH, body));
    }, (field) => inputOf(form, field));
  };
  form.querySelector(".card-head").append(asCurl("the experiment", () => calls.experiment(request(form))));
  return {
    offer(datasets, architectures) {
      preset = architectures.length;
      offerArchitectures(form.elements.architecture, architectures);
      options(form.elements.dataset, datasets);
      render(form, preset);
    },
  };
}

const isSweep = (form) => form.elements.kind.value === "grid";

/** The sweeps that the form asks for: none where all networks are to be compared. */
const sweeps = (form) => (isSweep(form) ? SWEEPS.filter(({ setting }) => setting.value !== "") : []);

const valuesOf = ({ setting, values }) => values.value.split(",").map((value) => typed(setting.value, value.trim()));

function render(form, preset) {
  const varied = sweeps(form).map(({ setting }) => setting.value);
  form.querySelectorAll("[data-kind]").forEach((part) => (part.hidden = (part.dataset.kind === "grid") !== isSweep(form)));
  for (const { setting, values } of SWEEPS) values.placeholder = TRIALS[setting.value] ?? "";
  const [first, second] = SWEEPS;
  [...second.setting.options].forEach((option) => (option.disabled = option.value === first.setting.value));
  if (second.setting.value === first.setting.value) second.setting.value = "";
  second.values.closest(".field").hidden = second.setting.value === "";
  byId("pair-hint").hidden = !varied.some((name) => ["channels", "denseWidths"].includes(name));
  for (const name of ["architecture", "seed"]) {
    form.elements[name].closest(".field").hidden = varied.includes(name) || (name === "architecture" && !isSweep(form));
  }
  const jobs = isSweep(form) ? sweeps(form).reduce((product, sweep) => product * valuesOf(sweep).length, 1) : preset;
  byId("experiment-size").textContent = jobs === 1 ? "1 job." : `${count(jobs)} jobs, one after the other.`;
}

function request(form) {
  const { steps, name } = form.elements;
  const common = rhythm(steps.value);
  for (const input of form.querySelectorAll("[data-common]")) {
    if (!input.closest("[hidden]") && input.value.trim() !== "") common[input.name] = typed(input.name, input.value.trim());
  }
  const kind = isSweep(form)
    ? { grid: Object.fromEntries(sweeps(form).map((sweep) => [sweep.setting.value, valuesOf(sweep)])) }
    : { preset: PRESET };
  return { ...kind, common, ...(name.value.trim() === "" ? {} : { name: name.value.trim() }) };
}

/** All that the service will check by itself: what the jobs have in common, each value of a sweep, and the name. */
const valuesIn = ({ common, grid = {}, name }) => [
  ...Object.entries(grid).flatMap(([field, values]) => values.map((value) => ({ field, value, shown: [value].flat().join(" ") }))),
  ...Object.entries(common).map(([field, value]) => ({ field, value })),
  ...(name === undefined ? [] : [{ field: "name", value: name }]),
];

/** A swept setting's values, or the form's own input; what is wrong with the whole sweep stands at its first values. */
function inputOf(form, field) {
  const swept = sweeps(form).find(({ setting }) => setting.value === field || field === "grid");
  return swept?.values ?? (field === "tag" ? form.elements.name : form.elements.namedItem(field));
}
