/** What the page's modules ask of a browser as they are loaded. */

globalThis.document ??= { getElementById: () => null, createElement: () => ({ style: {} }), addEventListener: () => {} };
globalThis.matchMedia ??= () => ({ matches: false, addEventListener: () => {} });
globalThis.addEventListener ??= () => {};
globalThis.sessionStorage ??= { getItem: () => null, setItem: () => {}, removeItem: () => {} };
