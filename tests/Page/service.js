/** A web server in the service's place, and the browser's interfaces that Node lacks. */

import { createServer } from "node:http";

const storage = new Map();

globalThis.navigator ??= {};

globalThis.sessionStorage ??= {
  getItem: (name) => storage.get(name) ?? null,
  setItem: (name, value) => storage.set(name, value),
  removeItem: (name) => storage.delete(name),
};

/**
 * Starts a server and lets the page's calls of paths go to it, as in a browser at its address.
 * @param answer called with each request and its response.
 * @returns {requests, close}: the requests so far, the newest last.
 */
export async function serve(answer) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  const original = globalThis.fetch;
  globalThis.fetch = (path, options) => original(new URL(path, base), options);
  const close = () => {
    globalThis.fetch = original;
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { requests, close };
}

export function json(response, status, body, headers = {}) {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "Content-Type": type, ...headers }).end(JSON.stringify(body));
}

/** Writes server-sent events, the last of which leaves the stream open. */
export function stream(response, events) {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  for (const { type, data, id } of events) {
    response.write(`${id ? `id: ${id}\n` : ""}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
