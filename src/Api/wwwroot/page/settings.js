/** The settings of a job: what a form calls them, and what it makes of the text typed into them. */

import { el } from "./dom.js";

const DEFAULT_STEPS = 5_000; // the service's own
const SHORTEST = 10; // steps between evaluations and between checkpoints of a very short run
const ACTIVATIONS = ["relu", "sigmoid"];

/** Fields under "More settings": a list of choices, a number with its default, or two numbers. */
export const MORE = [
  { name: "name", label: "Name" },
  { name: "batchSize", label: "Batch size", number: 60 },
  { name: "learningRate", label: "Learning rate", number: 0.01 },
  { name: "learningRateSchedule", label: "Schedule", choices: ["cosine", "constant"] },
  { name: "warmupSteps", label: "Warm-up steps", number: 500 },
  { name: "initialization", label: "Initial weights", choices: ["article", "lecun"] },
  { name: "seed", label: "Seed", number: 1 },
  { name: "channels", label: "Channels", pair: [16, 32] },
  { name: "kernelSize", label: "Kernel size", number: 5 },
  { name: "codeWidth", label: "Numbers in the code", number: "its maps" },
  { name: "denseWidths", label: "Layer widths (hidden, code)", pair: [300, 64] },
  { name: "encoderActivation", label: "Encoder's activation", choices: ACTIVATIONS },
  { name: "decoderActivation", label: "Decoder's activation", choices: ACTIVATIONS },
  { name: "outputActivation", label: "Output's activation", choices: ACTIVATIONS },
  { name: "decoderBias", label: "Decoder bias", choices: ["true", "false"] },
  { name: "stopOnCollapse", label: "Stop on collapse", choices: ["true", "false"] },
  { name: "evaluateEvery", label: "Steps between evaluations", number: "a twentieth" },
  { name: "checkpointEvery", label: "Steps between checkpoints", number: "a quarter" },
  { name: "labels", label: "Only these labels", number: "all" },
  { name: "noise", label: "Noise to remove (σ)", number: "none" },
  { name: "film", label: "Film", choices: ["true", "false"] },
  { name: "startFrom", label: "Start from checkpoint", choices: [] },
];

/** What a form or a table calls a setting. */
export const labelOf = (name) => MORE.find((each) => each.name === name)?.label ?? (name === "architecture" ? "Network" : name);

/** A setting's value as the service takes it. What is no number goes as it was typed: the service says what it must be. */
export function typed(name, value) {
  const kind = MORE.find((each) => each.name === name);
  const asNumber = (text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : text);
  if (name === "labels") return value.split(/[\s,]+/).map(asNumber);
  if (name === "noise") return { kind: "gaussian", amount: asNumber(value) };
  if (kind?.pair) return value.split(/[\s,]+/).map(asNumber);
  if (kind?.number !== undefined || name === "steps") return asNumber(value);
  return value === "true" ? true : value === "false" ? false : value;
}

const USUAL = { channels: "16,32", kernelSize: 5, batchSize: 60, learningRate: 0.01, seed: 1, warmupSteps: 500, noise: null, labels: null };
const WORDS = { kernelSize: "kernel", batchSize: "batch", learningRate: "rate", warmupSteps: "warm-up" };

/** The architecture and what is unusual in the settings, so that the jobs of a sweep have names of their own. */
export function nameOf(settings) {
  const size = settings.architecture === "dense" ? [`code ${settings.denseWidths.at(-1)}`] : settings.codeWidth ? [`code ${settings.codeWidth}`] : [];
  const unusual = Object.entries(USUAL)
    .filter(([name, usual]) => settings[name] !== undefined && String(settings[name]) !== String(usual))
    .filter(([name]) => settings.architecture !== "dense" || !["channels", "kernelSize"].includes(name))
    .map(([name]) => (name === "noise" ? `noise ${settings.noise.amount}` : `${WORDS[name] ?? name} ${settings[name]}`));
  return [settings.architecture, ...size, ...unusual].join(", ");
}

/** How often a job of so many steps evaluates and writes a checkpoint. */
export function rhythm(text) {
  const steps = Number(text) || DEFAULT_STEPS;
  return { evaluateEvery: Math.max(SHORTEST, Math.round(steps / 20)), checkpointEvery: Math.max(SHORTEST, Math.round(steps / 4)) };
}

const NOTES = { pending: " (downloaded first)", unavailable: " (not here)" };

/** Fills a list with the architectures, in their order. */
export const offerArchitectures = (list, architectures) =>
  list.replaceChildren(...architectures.map(({ name, label }) => el("option", { value: name, textContent: label })));

/** Fills a list with the data sets and picks the first that is here: @returns that one. */
export function options(list, datasets) {
  list.replaceChildren(...datasets.map((set) => el("option", {
    value: set.name, disabled: set.status === "unavailable", textContent: `${set.name}${NOTES[set.status] ?? ""}`, title: set.reason ?? "" })));
  const first = datasets.find((set) => set.status === "available");
  list.value = first.name;
  return first;
}

/** Metadata as an entry of a dl, or as none: each pair as a list's filter takes it. */
export const metadataList = (pairs = {}) => (Object.keys(pairs).length === 0 ? [] : [el("div", { className: "metadata" },
  el("dt", { textContent: "metadata" }), ...Object.entries(pairs).map(([key, value]) => el("dd", { textContent: `${key}:${value}` })))]);

/** Settings as the entries of a dl, but for those that are not set. */
export const settingsList = (settings) => Object.entries(settings)
  .filter(([, value]) => value !== null && value !== undefined)
  .map(([name, value]) => el("div", {}, el("dt", { textContent: name }), el("dd", { textContent: textOf(value) })));

const textOf = (value) => (Array.isArray(value) ? value.join(", ")
  : typeof value === "object" ? Object.entries(value).map(([name, part]) => `${name} ${part}`).join(", ") : String(value));
