/** Forms that the service checks: what it says of a field stands at that field. */

import * as api from "./api.js";
import { el, say } from "./dom.js";
import { attempt } from "./notifications.js";

/**
 * Runs what a form is for. A refusal that names fields marks them; any other is shown as elsewhere.
 * @param inputOf finds the input for a field's name, of which the service's "grid[2].seed" is "seed".
 */
export async function send(form, button, action, inputOf = (name) => form.elements.namedItem(name)) {
  clearErrors(form);
  let refused = null;
  await attempt(button, async () => {
    try {
      await action();
    } catch (fault) {
      if (!(fault instanceof api.Problem) || Object.keys(fault.errors).length === 0) throw fault;
      refused = fault;
    }
  });
  if (refused) showErrors(form, refused.errors, inputOf);
}

/** @param errors the reasons by field. */
export function showErrors(form, errors, inputOf) {
  const nowhere = [];
  for (const [field, reasons] of Object.entries(errors)) {
    const input = inputOf(nameOf(field));
    if (!input) nowhere.push(`${field}: ${reasons.join(" ")}`);
    else if (!input.hasAttribute("aria-invalid")) mark(input, reasons.join(" "));
  }
  const wrong = [...form.querySelectorAll("[aria-invalid]")];
  const names = wrong.map((input) => labelOf(input)).join(", ");
  const summary = form.querySelector(":scope > .error");
  say(summary, [names === "" ? "" : `Please change: ${names}.`, ...nowhere].filter(Boolean).join(" "));
  summary.hidden = false;
  wrong[0]?.focus();
}

const labelOf = (input) => input.labels[0]?.textContent ?? input.name;

/** "grid[2].channels[0]" is about the setting "channels". */
const nameOf = (field) => field.replace(/^(\w+\[\d+\]|common)\./, "").replace(/\[.*$/, "");

function mark(input, reason) {
  const id = `${input.id}-error`;
  input.closest("details")?.setAttribute("open", "");
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", [...described(input), id].join(" "));
  input.closest(".field").append(el("p", { id, className: "error", textContent: reason }));
  input.addEventListener("input", () => unmark(input), { once: true });
}

function unmark(input) {
  const form = input.form;
  document.getElementById(`${input.id}-error`)?.remove();
  input.removeAttribute("aria-invalid");
  const others = described(input).filter((id) => id !== `${input.id}-error`);
  if (others.length > 0) input.setAttribute("aria-describedby", others.join(" "));
  else input.removeAttribute("aria-describedby");
  if (form.querySelector("[aria-invalid]") === null) form.querySelector(":scope > .error").hidden = true;
}

function clearErrors(form) {
  form.querySelector(":scope > .error").hidden = true;
  form.querySelectorAll("[aria-invalid]").forEach(unmark);
}

const described = (input) => (input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
