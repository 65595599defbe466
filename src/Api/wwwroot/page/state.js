/** What the page shows, kept in its address: a link hands it out, a reload and the back button bring it back. */

const VIEWS = ["train", "inspect", "compare"];

let state = parse();
const listeners = [];

function parse() {
  const [view, query] = location.hash.slice(1).split("?");
  return { view: VIEWS.includes(view) ? view : null, ...Object.fromEntries(new URLSearchParams(query ?? "")) };
}

/** The address of a state, for a link. */
export function linkTo({ view, ...rest }) {
  const query = new URLSearchParams(Object.entries(rest).filter(([, value]) => value !== undefined && value !== null && value !== ""));
  return `#${view ?? "inspect"}${query.size > 0 ? `?${query}` : ""}`;
}

export const get = () => state;

/** @param changed called with the state whenever it has changed by the address: a link, the back button. */
export const onNavigation = (changed) => listeners.push(changed);

/** Notes what is shown now; null takes a value out. A step of its own in the history only where the view changes. */
export function set(changes) {
  const next = Object.fromEntries(Object.entries({ ...state, ...changes }).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  const isNewView = next.view !== state.view && state.view !== null && changes.view !== undefined;
  state = { view: null, ...next };
  history[isNewView ? "pushState" : "replaceState"](history.state, "", linkTo(state));
}

addEventListener("hashchange", () => {
  state = parse();
  listeners.forEach((changed) => changed(state));
});
