/** Checks settings by the OpenAPI document, so that all wrong fields of a form are named at once, each with its type and range. */

import * as api from "./api.js";
import { count } from "./dom.js";

const REQUEST = "TrainingJobRequest";
const NAME = "must be 1 to 64 lower-case letters, digits, dots, dashes or underscores, the first a letter or a digit.";
const NUMBERS = { 2: "two whole numbers" };

let document = null;

/**
 * @param values [{field, value, shown?}]: values as they are to be sent, and what to call one of several of a field.
 * @throws a Problem that names every wrong field.
 */
export async function check(values) {
  document ??= await api.get("/openapi/v1.json");
  const errors = {};
  for (const { field, value, shown } of values) {
    const rule = violation(schemaOf(field), value);
    if (rule) (errors[field] ??= []).push(shown === undefined ? rule : `“${shown}” ${rule}`);
  }
  if (Object.keys(errors).length > 0) throw new api.Problem(400, "Some fields are wrong.", errors);
}

/** The schema of a setting, less the null that stands for leaving it out. */
function schemaOf(field) {
  const { schemas } = document.components;
  const schema = schemas[REQUEST].properties[field];
  const named = schema?.oneOf?.find((each) => each.$ref)?.$ref;
  return named ? schemas[named.split("/").at(-1)] : schema;
}

/** What the value must be, where it is not; null where it is, or where the document does not say. */
function violation(schema, value) {
  const rule = schema ? ruleOf(schema) : null;
  return rule === null || rule.holds(value) ? null : rule.words;
}

function ruleOf({ enum: choices, type, minimum, maximum, pattern, format, items, minItems, maxItems }) {
  const types = [type].flat();
  const within = (low, high) => `from ${number(low)} to ${number(high)}`;
  const isWithin = (value, low, high) => typeof value === "number" && value >= low && value <= high;
  if (choices) {
    const given = choices.filter((each) => each !== null);
    return { words: `must be one of ${given.join(", ")}.`, holds: (value) => given.includes(value) };
  }
  if (types.includes("boolean")) return { words: "must be true or false.", holds: (value) => typeof value === "boolean" };
  if (types.includes("array")) {
    if (minItems !== maxItems) {
      const holdsAny = (value) => value.every((each) => Number.isInteger(each) && isWithin(each, items.minimum, items.maximum));
      return { words: `must be whole numbers ${within(items.minimum, items.maximum)}, separated by commas.`, holds: holdsAny };
    }
    const holds = (value) => value.length === minItems && value.every((each) => Number.isInteger(each) && isWithin(each, items.minimum, items.maximum));
    return { words: `must be ${NUMBERS[minItems]} ${within(items.minimum, items.maximum)}.`, holds };
  }
  if (types.includes("integer")) return { words: `must be a whole number ${within(minimum, maximum)}.`, holds: (value) => Number.isInteger(value) && isWithin(value, minimum, maximum) };
  if (types.includes("number")) return { words: `must be a number ${within(minimum, maximum)}.`, holds: (value) => isWithin(value, minimum, maximum) };
  if (format === "uuid") return { words: "must be a checkpoint's id: 32 hexadecimal digits with dashes between.", holds: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) };
  return pattern ? { words: NAME, holds: (value) => new RegExp(pattern).test(value) } : null;
}

/** A number as people write it: 100,000 and 0.000001. */
const number = (value) => (Math.abs(value) >= 1 || value === 0 ? count(value) : value.toFixed(Math.ceil(-Math.log10(value))));
