/** The workbench: one image through one network or two, every layer of it, and what its code says. */

import * as api from "./api.js";
import { Ablation } from "./ablation.js";
import * as calls from "./calls.js";
import * as checkpoints from "./checkpoints.js";
import { Code } from "./code.js";
import { CodeMap } from "./code-map.js";
import { digitSource } from "./digit.js";
import { byId, copy, count, el, giveFocus, loss, outdate, say } from "./dom.js";
import * as evaluations from "./evaluation.js";
import { Extremes } from "./extremes.js";
import { FileLink } from "./file-link.js";
import { Film } from "./film.js";
import { latest, REST } from "./latest.js";
import { showLesson } from "./lessons.js";
import { Interpolation, interpolationForm } from "./interpolation.js";
import { Network } from "./network.js";
import { attempt, refuse, succeeded } from "./notifications.js";
import { drawImage, onSchemeChange } from "./palette.js";
import { Panel } from "./panel.js";
import { Reconstruction, speaker } from "./reconstruction.js";
import { settingsList } from "./settings.js";
import { asCurl, showAs } from "./show-as.js";
import * as state from "./state.js";
import { Strip } from "./strip.js";
import { Summary } from "./summary.js";
import { tagging } from "./tags.js";
import { title } from "./title.js";
import { verification } from "./verification.js";
import { weights } from "./weights.js";

const TABS = ["layers", "ablation", "map", "extremes"];
const WITH_EVALUATION = ["map", "extremes"];

export function inspect() {
  let networks = []; // {network, strip, reconstruction, tensors, element}
  let image = null; // {pixels, clean, source}
  let tags = [];
  let evaluation = null;
  let unpooling = null; // what the decoders unpool with, where it is not their own way
  let framePath = null; // of the film's frame that is looked at
  let restTimer;
  let datasets = [];

  /** Whether the images of an evaluation are here: an example's may not be. */
  const hasImages = () => datasets.some(({ name, status }) => name === evaluation.dataset && status === "available");
  const speak = speaker();

  const mode = () => ({ range: byId("same-range").checked ? "layer" : "map", palette: byId("viridis").checked ? "viridis" : "grey", unpooling });
  const pathOf = ({ network }) => (framePath !== null && network === networks[0].network ? framePath : network.path);

  const panel = new Panel({
    selected: (unit) => {
      for (const { strip, network } of networks) strip.select(unit !== null && network === panelNetwork ? unit : null);
      remember();
    },
    changed: () => remember(),
    mode,
    pixels: () => image.pixels,
    path: () => pathOf(networks.find(({ network }) => network === panelNetwork)),
    curl: (unit) => {
      const { network } = networks.find((each) => each.network === panelNetwork);
      showAs(unit.place ? calls.unit(network.checkpoint.id, unit.layer, unit.place, image.pixels, network.imageShape) : calls.layer(network.checkpoint.id, unit.layer, image.pixels, network.imageShape));
    },
    decodeWith: (way) => {
      unpooling = way;
      chooseWay();
      redraw(performance.now());
    },
  });
  let panelNetwork = null;
  byId("panel-place").append(panel.element);

  const summary = new Summary(byId("pad"));
  const film = new Film({
    step: (path, step) => {
      framePath = path;
      say(byId("pick-step"), step === null ? "" : `step ${count(step)} (film)`);
      state.set({ step });
      redraw(performance.now());
    },
  });
  byId("film-place").append(film.element);

  const takeImage = (where) => source.show(where);
  const ablation = new Ablation((map) => openPanel(networks[0].network, "code", { map }));
  const map = new CodeMap(takeImage);
  const secondMap = new CodeMap(takeImage);
  const extremes = new Extremes(takeImage);
  byId("tab-ablation-body").append(ablation.element);
  const maps = el("div", { className: "code-maps" }, map.element, el("div", {}, secondMap.element, el("p", { className: "need", id: "no-second-map", hidden: true })));
  byId("tab-map-body").prepend(maps);
  byId("tab-extremes-body").prepend(extremes.element);

  const source = digitSource(() => byId("pick-0").value, () => dim(true), (next, at) => {
    image = next;
    state.set(next.source?.split === "test" ? { dataset: next.source.dataset, index: next.source.index } : { dataset: null, index: null });
    dim(true);
    redraw(at, true);
  });

  /** Dims what shows an earlier image than the one asked for last. */
  const dim = (isOutdated) => networks.forEach(({ reconstruction, strip }) => [reconstruction.element, strip.element].forEach((part) => outdate(part, isOutdated)));

  /**
   * Every layer of every network follows the pen: one request a network. The rest follows when the pen rests.
   * @param isAct whether the user has asked for it: only then its success takes a refusal off.
   */
  const redraw = latest(async (at, isAct = false) => {
    if (image === null || networks.length === 0) return;
    const shown = image;
    const errors = await Promise.all(networks.map(async (each) => {
      const { network, strip, reconstruction } = each;
      if (shown.pixels.length !== network.checkpoint.inputSize) return null;
      const way = network.unpoolings.includes(unpooling) ? unpooling : undefined;
      each.tensors = await network.activations(shown.pixels, { unpooling: way, path: pathOf(each) });
      strip.update(each.tensors, mode());
      const mse = reconstruction.update(shown, each.tensors.get("output").data, network.imageShape, at);
      if (network === panelNetwork) panel.update(each.tensors);
      if (each === networks[0]) summary.update(shown.pixels, each.tensors.get("output").data, network.imageShape, mse);
      say(each.error, `MSE ${loss(mse)}`);
      return mse;
    }));
    if (shown === image) dim(false);
    speak(errors.filter((mse) => mse !== null));
    clearTimeout(restTimer);
    restTimer = setTimeout(rest, REST);
    if (isAct) succeeded();
  }, refuse);

  /** What takes longer: where the error is among the others, the neighbours, the tab that is open. */
  const rest = latest(async () => {
    const [first] = networks;
    if (!first?.tensors || image === null) return;
    const { pixels } = image;
    const { network } = first;
    await Promise.all([score(network, pixels), neighbours(pixels)]);
    const tab = state.get().tab ?? "layers";
    if (tab === "ablation") {
      await ablation.update(network, first.tensors, pixels);
      await code.update(pixels);
    }
    if (tab === "map") await Promise.all([map, secondMap].filter((each) => !each.element.hidden).map((each) => each.update(pixels)));
    if (tab === "layers") await film.update(pixels);
  });

  async function score(network, pixels) {
    const box = byId("score");
    try {
      const { percentile, isAnomalous, threshold } = await api.post(`${network.path}/score`, { pixels });
      say(box, `higher than ${Math.round(percentile)} % of the validation images${isAnomalous ? `: not normal (above ${loss(threshold)})` : ""}`);
    } catch (fault) {
      if (fault.status !== 422) throw fault;
      say(box, "");
    }
  }

  async function neighbours(pixels) {
    const list = byId("neighbours");
    if (evaluation === null) {
      list.replaceChildren();
      return;
    }
    const { neighbors } = await withMap(() => api.post(`/v1/evaluations/${evaluation.id}/map/position`, { pixels })) ?? { neighbors: [] };
    byId("neighbours-part").hidden = neighbors.length === 0;
    const { dataset, split } = evaluation;
    const images = hasImages() ? await Promise.all(neighbors.map(({ index }) => api.get(`/v1/datasets/${dataset}/${split}/${index}`))) : [];
    list.replaceChildren(...neighbors.map(({ index, label }, i) => {
      const canvas = el("canvas");
      if (images[i]) drawImage(canvas, images[i].pixels, images[i].shape);
      canvas.hidden = !images[i];
      const button = el("button", { type: "button", "aria-label": `${split} image ${index}${label === null ? "" : `, label ${label}`}` }, canvas, el("strong", { textContent: label ?? `#${index}` }));
      button.onclick = () => takeImage({ dataset, split, index });
      return el("li", {}, button);
    }));
  }

  /** What an act on the evaluation's map gives; null where it comes without one, and the tab says so. */
  async function withMap(act) {
    if (evaluation.isWithoutMap) return null;
    try {
      const result = await act();
      byId("no-map").hidden = true;
      return result;
    } catch (fault) {
      if (fault.isPassing || !(fault instanceof api.Problem)) throw fault;
      evaluation.isWithoutMap = true;
      say(byId("no-map"), fault.message);
      byId("no-map").hidden = false;
      map.element.hidden = true;
      return null;
    }
  }

  /** The errors of the test images as bars, and where this image is among them. */
  function histogram() {
    const box = byId("histogram");
    const errors = evaluation?.result?.loss.histogram;
    box.hidden = !errors;
    byId("neighbours-part").hidden = !errors;
    if (!errors) return;
    const { edges, counts } = errors;
    const most = Math.max(...counts);
    const shown = counts.slice(0, Math.max(8, counts.findLastIndex((each) => each > most / 200) + 1));
    box.replaceChildren(...shown.map((each, i) => {
      const bar = el("span", { title: `${count(each)} images between ${loss(edges[i])} and ${loss(edges[i + 1])}` });
      bar.style.height = `${Math.max(each > 0 ? 1 : 0, (30 * each) / most)}px`;
      bar.dataset.from = edges[i];
      bar.dataset.to = edges[i + 1];
      return bar;
    }));
    box.setAttribute("aria-label", `Errors of ${count(evaluation.result.count)} ${evaluation.split} images, from ${loss(edges[0])} to ${loss(edges[shown.length])}`);
    say(byId("histogram-end"), loss(edges[shown.length]));
    markHistogram();
  }

  function markHistogram() {
    const mse = networks[0]?.tensors ? Number(networks[0].reconstruction.element.querySelector(".mse").dataset.value) : NaN;
    const bars = [...byId("histogram").children];
    const at = bars.findIndex((bar) => mse < Number(bar.dataset.to));
    bars.forEach((bar, i) => bar.classList.toggle("here", i === (at < 0 ? bars.length - 1 : at) && !Number.isNaN(mse)));
  }
  new MutationObserver(markHistogram).observe(byId("results"), { subtree: true, attributeFilter: ["data-value"] });

  let code = null;
  let interpolations = [];
  const redrawInterpolations = interpolationForm(() => interpolations);

  const names = tagging({
    changed: () => page.refresh(),
    removed: (tag, checkpoint) => checkpoints.pickers.filter((picker) => picker.value === tag).forEach((picker) => checkpoints.pick(picker, checkpoint)),
  });
  const files = weights((checkpoint) => page.pick(checkpoint.id));
  const onnx = new FileLink({ download: "", textContent: "Download as ONNX" });
  const card = new FileLink({ download: "", textContent: "Model card" });
  byId("files").append(onnx.element, card.element);
  const proof = verification();

  /** What the header and the settings say of the network. */
  function describe() {
    const [{ network }] = networks;
    const { checkpoint } = network;
    const { inputSize, codeSize } = checkpoint;
    const switches = network.unpooling === "switch" ? ` and ${count(network.layers.filter((layer) => layer.kind === "pool").reduce((sum, layer) => sum + layer.shape.reduce((a, b) => a * b), 0))} switches` : "";
    const times = inputSize / codeSize;
    say(byId("bottleneck"), `${count(inputSize)} ${network.imageShape[0] === 3 ? "values" : "pixels"} → ${count(codeSize)} numbers${switches}: ${times <= 1 ? "no bottleneck" : `${times.toFixed(1).replace(/\.0$/, "")} times smaller`}`);
    const most = Math.max(inputSize, codeSize);
    byId("bar-input").style.width = `${(100 * inputSize) / most}%`;
    byId("bar-code").style.width = `${Math.max(0.3, (100 * codeSize) / most)}%`;
    names.show(tags, checkpoint);
    files.show(checkpoint);
    onnx.point(`${network.path}/onnx`, `${checkpoint.settings.architecture}-${checkpoint.step}.onnx`);
    card.point(`${network.path}/card.md`, `${checkpoint.settings.architecture}-${checkpoint.step}.md`);
    proof.show(checkpoint);
    byId("settings-list").replaceChildren(...settingsList({
      step: count(checkpoint.step), "test loss": loss(checkpoint.losses.test), "validation loss": loss(checkpoint.losses.validation), ...checkpoint.settings,
    }));
    title({ network: network.title });
  }

  function openPanel(network, name, at) {
    const own = networks.find((each) => each.network === network);
    if (name === "input" || !own) return;
    if (!own.tensors) {
      whenDrawn(() => openPanel(network, name, at));
      return;
    }
    setTab("layers");
    panelNetwork = network;
    panel.update(own.tensors);
    placePanel(own.strip, name);
    panel.open(network, name, at);
    byId("panel-place").classList.add("open");
    remember();
  }

  /** Below the layers; where these stand below one another, right after the layer that is opened. */
  function placePanel(strip, name) {
    const before = strip.isTall ? strip.block(name).element : null;
    if (before === null && panel.element.parentElement !== byId("panel-place")) byId("panel-place").append(panel.element);
    if (before !== null && before.nextElementSibling !== panel.element) before.after(panel.element);
  }

  const chooseWay = () => {
    for (const button of panel.element.querySelectorAll(".decode-with button")) {
      button.setAttribute("aria-pressed", String(button.textContent === { zero: "zero-fill", nearest: "nearest", switch: "switches" }[unpooling ?? panelNetwork?.unpooling]));
    }
  };

  function remember() {
    byId("panel-place").classList.toggle("open", panel.isOpen);
    film.element.classList.toggle("folded", panel.isOpen);
    chooseWay();
    state.set(panel.state);
  }

  function setTab(tab) {
    const chosen = TABS.includes(tab) ? tab : "layers";
    for (const name of TABS) {
      byId(`tab-${name}`).setAttribute("aria-selected", String(name === chosen));
      byId(`tab-${name}`).tabIndex = name === chosen ? 0 : -1;
      byId(`tab-${name}-body`).hidden = name !== chosen;
    }
    state.set({ tab: chosen === "layers" ? null : chosen });
    fillTab();
  }

  /** The second network's map beside the first, with the same drawing as a star in both. */
  async function showSecondMap() {
    const [, second] = networks;
    maps.classList.toggle("two", second !== undefined && !map.element.hidden);
    secondMap.element.hidden = true;
    let why = "";
    if (second) {
      const { checkpoint } = second.network;
      const found = await evaluations.find(checkpoint.id);
      if (second !== networks[1]) return;
      try {
        if (found?.status === "succeeded") {
          await secondMap.show(second.network, found, hasImages());
          secondMap.element.hidden = false;
        } else why = `No evaluation of ${checkpoints.describe(checkpoint)} has ended yet. Pick it as the first network to make one.`;
      } catch (fault) {
        if (fault.isPassing || !(fault instanceof api.Problem)) throw fault;
        why = fault.message;
      }
    }
    say(byId("no-second-map"), why);
    byId("no-second-map").hidden = why === "";
  }

  /** The tab that is open, where it needs an evaluation: the evaluation, or the button that makes one. */
  const fillTab = latest(async () => {
    const tab = state.get().tab ?? "layers";
    const [first] = networks;
    if (!first) return;
    const has = evaluation !== null;
    for (const each of WITH_EVALUATION) byId(`need-${each}`).hidden = has;
    map.element.hidden = extremes.element.hidden = !has;
    if (tab === "map") redrawInterpolations();
    if (tab === "map" && has) await withMap(() => map.show(first.network, evaluation, hasImages()));
    if (tab === "map") await showSecondMap();
    if (tab === "extremes" && has && hasImages()) await extremes.update(first.network, evaluation);
    rest();
  });

  for (const name of TABS) {
    byId(`tab-${name}`).onclick = () => setTab(name);
    byId(`tab-${name}`).onkeydown = (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by) return;
      const next = TABS[(TABS.indexOf(name) + by + TABS.length) % TABS.length];
      setTab(next);
      byId(`tab-${next}`).focus();
    };
  }

  async function evaluate(button) {
    await attempt(button, async () => {
      const { checkpoint } = networks[0].network;
      const made = await evaluations.make(checkpoint.id, ({ status, percent }) => document.querySelectorAll(".evaluating").forEach((line) => say(line, `The evaluation is ${status}, ${percent} %.`)));
      if (networks[0].network.checkpoint.id === checkpoint.id) takeEvaluation(made);
    });
    document.querySelectorAll(".evaluating").forEach((line) => say(line, ""));
  }
  for (const button of document.querySelectorAll(".evaluate")) button.onclick = () => evaluate(button);

  function takeEvaluation(found) {
    evaluation = found;
    histogram();
    fillTab();
  }

  const findEvaluation = latest(async () => {
    const { checkpoint } = networks[0].network;
    const found = await evaluations.find(checkpoint.id);
    if (networks[0].network.checkpoint.id !== checkpoint.id) return;
    takeEvaluation(found?.status === "succeeded" ? found : null);
  });

  const open = latest(async () => {
    const opened = await openPicked();
    const focused = document.activeElement;
    const isFirstSame = opened[0].checkpoint.id === networks[0]?.network.checkpoint.id;
    networks = opened.map((network, i) => build(network, i));
    panelNetwork = networks[0].network;
    framePath = null;
    say(byId("pick-step"), "");
    byId("results").replaceChildren(networks[0].reconstruction.element);
    byId("strips").replaceChildren(...networks.map((each) => each.element));
    code = new Code(networks[0].network);
    byId("code-place").replaceChildren(code.element);
    interpolations = networks.map(({ network }) => new Interpolation(network));
    byId("ways").replaceChildren(...interpolations.map((each) => each.element));
    describe();
    giveFocus(focused);
    state.set({ checkpoint: byId("pick-0").value, second: byId("pick-1").value || null });
    const isOther = source.fit(networks[0].network);
    const kept = panel.isOpen && !isFirstSame ? panel.state : null;
    if (!isFirstSame) {
      panel.close();
      extremes.forget();
      evaluation = null;
      histogram();
    }
    if (state.get().tab === "map") redrawInterpolations();
    const isToCome = isOther || image === null;
    if (isToCome) begin();
    else await redraw(performance.now());
    if (!isFirstSame) {
      await whenDrawn(() => {}); // the layers are seen first
      await Promise.all([film.open(networks[0].network), findEvaluation()]);
    }
    if (isToCome) return;
    if (kept && networks[0].tensors && networks[0].network.layer(kept.layer) && (state.get().tab ?? "layers") === "layers") {
      const [row, column] = kept.at.split(",").map(Number);
      openPanel(networks[0].network, kept.layer, { map: kept.map, row, column, isUnit: kept.unit !== null, areKernelsShown: kept.kernels !== null });
    }
  });

  /** The networks that are picked; where an address names one that is gone, that is said, and the first of the list stands for it. */
  async function openPicked() {
    try {
      return await Promise.all(wanted().map((reference) => Network.open(reference)));
    } catch (fault) {
      if (fault.status !== 404 || networks.length > 0) throw fault;
      refuse(fault);
      checkpoints.unpick();
      return Promise.all(wanted().map((reference) => Network.open(reference)));
    }
  }

  /** The image that the address names, else the first test image. */
  function begin() {
    const { dataset, index } = state.get();
    if (dataset && index !== undefined && dataset === byId("stepper-set").value) byId("stepper-index").value = index;
    image = null;
    if (page.demo !== null && index === undefined) page.demo(source);
    else source.begin();
    page.demo = null;
  }

  function build(network, i) {
    const error = el("span", { className: "strip-error" });
    const strip = new Strip(network, { open: (name, map_, { isKey } = {}) => {
      openPanel(network, name, { map: map_ });
      if (!isKey) return;
      strip.block(name).element.querySelector("button").focus();
    } });
    const reconstruction = new Reconstruction();
    const title = el("h3", { className: "strip-title", textContent: checkpoints.describe(network.checkpoint) });
    const element = el("article", { className: "one-network" }, el("header", {}, title, error), strip.element);
    if (i === 1) element.append(reconstruction.element);
    for (const part of [strip, reconstruction]) outdate(part.element); // until the image has gone through
    return { network, strip, reconstruction, error, element, tensors: null };
  }

  checkpoints.pickers.forEach((picker) => (picker.onchange = () => {
    dim(true);
    unpooling = null;
    open();
    succeeded();
  }));
  for (const id of ["same-range", "viridis"]) {
    byId(id).onchange = () => {
      for (const { strip, tensors } of networks) if (tensors) strip.update(tensors, mode());
      const own = networks.find(({ network }) => network === panelNetwork);
      if (own?.tensors) panel.update(own.tensors);
    };
  }
  onSchemeChange(() => {
    redraw(performance.now());
    map.redraw();
    secondMap.redraw();
  });

  byId("settings-open").onclick = () => {
    byId("settings-dialog").showModal();
    proof.find().catch(refuse);
  };
  byId("settings-close").onclick = () => byId("settings-dialog").close();
  byId("copy-link").onclick = () => attempt(byId("copy-link"), async () => {
    await copy(location.href);
    say(byId("spoken"), "The link is copied.");
  });
  for (const [id, language] of [["as-curl", "curl"], ["as-python", "python"], ["as-typescript", "typescript"]]) byId(id).onclick = () => showAs(ofImage((...of) => calls.activations(byId("pick-0").value, ...of))(), language);

  const ofImage = (call) => () => call(image.pixels, networks[0].network.imageShape);
  byId("score-as").append(asCurl("the score", ofImage((...of) => calls.score(byId("pick-0").value, ...of))));
  byId("neighbours-as").append(asCurl("the neighbours", ofImage((...of) => calls.position(evaluation.id, ...of))));
  byId("ways-as").append(asCurl("the interpolation", () => calls.interpolation(byId("pick-0").value, { dataset: byId("stepper-set").value, from: byId("way-from").value, to: byId("way-to").value }, 9)));

  /** Sets the page to what an address says. */
  async function follow(next) {
    showLesson(Number(next.lesson));
    for (const [i, name] of [[0, "checkpoint"], [1, "second"]]) {
      const picker = checkpoints.pickers[i];
      if (next[name]) checkpoints.pick(picker, next[name]);
      else if (i === 1) picker.value = "";
    }
    if (checkpoints.pickers[0].value === "") return;
    await open();
    setTab(next.tab);
    if (next.index !== undefined && next.dataset && image?.source?.index !== Number(next.index)) source.show({ dataset: next.dataset, split: "test", index: Number(next.index) });
    if (next.layer && networks[0]?.network.layer(next.layer)) await whenDrawn(() => {
      const [row, column] = (next.at ?? "").split(",").map(Number);
      openPanel(networks[0].network, next.layer, { map: Number(next.map ?? 0), ...(next.at ? { row, column } : {}), isUnit: next.unit !== undefined, areKernelsShown: next.kernels !== undefined });
    });
    if (next.step !== undefined) film.goTo(Number(next.step));
  }

  async function whenDrawn(act) {
    for (let i = 0; i < 100 && !networks[0]?.tensors; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    if (networks[0]?.tensors) act();
  }

  let isFirst = true;

  const page = {
    offer(offered) {
      datasets = offered;
      source.offer(offered);
    },

    follow,

    /** Draws the first image in place of a test image, on a first visit; given the source of the page's image. */
    demo: null,

    /** Takes in checkpoints made or deleted since. @returns those that are there. */
    async refresh() {
      const found = await checkpoints.load();
      const any = found.checkpoints.length > 0 || found.examples.length > 0;
      checkpoints.fill(found);
      tags = [...found.tags, ...found.examples];
      for (const id of ["look-body", "picked", "settings-open"]) byId(id).hidden = !any;
      byId("look-none").hidden = any;
      if (any && isFirst) {
        isFirst = false;
        await follow(state.get());
        return found.checkpoints;
      }
      const ids = wanted().map((reference) => tags.find((tag) => tag.name === reference)?.checkpoint ?? reference);
      if (any && ids.join() !== networks.map(({ network }) => network.checkpoint.id).join()) await open();
      else if (any) describe();
      return found.checkpoints;
    },

    async pick(checkpoint) {
      state.set({ view: "inspect", checkpoint, layer: null, map: null, at: null, unit: null, step: null, lesson: null });
      await this.refresh();
      checkpoints.pick(checkpoints.pickers[0], checkpoint);
      await open();
      checkpoints.pickers[0].focus({ preventScroll: true });
    },
  };
  return page;
}

/** The one or two references that are picked. */
const wanted = () => checkpoints.pickers.map((picker) => picker.value).filter((reference) => reference !== "");
