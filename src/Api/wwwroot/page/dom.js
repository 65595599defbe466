/** Small helpers to build and find parts of the page. */

export const byId = (id) => document.getElementById(id);

/** An element: properties that begin with "aria-" or "data-", and role, become attributes; children are nodes or text. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (/^(aria-|data-|role$|for$)/.test(name)) {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Focuses an element or, where it was replaced meanwhile, the one that stands for it: the same map, or of the same kind with the same label. */
export function giveFocus(element) {
  const { map } = element.dataset;
  const alike = (other) => (map !== undefined
    ? other.dataset.map === map
    : other.className === element.className && other.ariaLabel === element.ariaLabel && other.textContent === element.textContent);
  (element.isConnected ? element : [...document.querySelectorAll(element.tagName)].find(alike))?.focus();
}

/** Replaces the children only where the text differs, so that a live region speaks only news. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Dims what shows an earlier input than the one asked for last, and says so to a screen reader. */
export function outdate(element, isOutdated = true) {
  element.classList.toggle("outdated", isOutdated);
  if (isOutdated) element.setAttribute("aria-busy", "true");
  else element.removeAttribute("aria-busy");
}

/** A loss with three digits that count: 0.0214, 0.000017. */
export function loss(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0";
  return value.toFixed(Math.min(9, Math.max(3, 2 - Math.floor(Math.log10(Math.abs(value))))));
}

export const count = (value) => value.toLocaleString("en");

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  return s < 3600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

export const time = (iso) =>
  new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** Copies text; also where the page came without TLS from another machine, and the browser has no clipboard for it. */
export async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = el("textarea", { value: text, className: "hidden" });
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** Gives bytes to the browser to save. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

/** Asks in a dialog; resolves to whether the answer was yes. */
export function confirm(title, text, yes, leave = "Keep it") {
  return answer(title, [el("p", { textContent: text })], el("button", { type: "button", className: "danger", textContent: yes }), leave);
}

/** Asks for a whole number; null where none is given. */
export async function askNumber(title, text, label, { value, min }, yes) {
  const input = el("input", { type: "number", step: 1, required: true, value, min });
  const isGiven = await answer(title, [el("p", { textContent: text }), el("label", {}, `${label} `, input)],
    el("button", { type: "button", textContent: yes }), "Leave it", () => input.reportValidity());
  return isGiven ? input.valueAsNumber : null;
}

function answer(title, content, ok, leave, isValid = () => true) {
  const no = el("button", { type: "button", textContent: leave });
  const dialog = el("dialog", { className: "small", "aria-label": title },
    el("h2", { textContent: title }), ...content, el("div", { className: "buttons" }, no, ok));
  document.body.append(dialog);
  return new Promise((resolve) => {
    ok.onclick = () => isValid() && dialog.close("yes");
    no.onclick = () => dialog.close();
    dialog.onclose = () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    };
    dialog.showModal();
  });
}
