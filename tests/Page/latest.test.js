import assert from "node:assert/strict";
import { test } from "node:test";
import { latest } from "../../src/Api/wwwroot/page/latest.js";

/** Work that is done when it is told to. */
function work() {
  const begun = [];
  const ends = [];
  const run = (request) => new Promise((resolve, reject) => {
    begun.push(request);
    ends.push({ resolve, reject });
  });
  return { begun, run, end: (fault) => (fault ? ends.shift().reject(fault) : ends.shift().resolve()) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("of what arrives while one piece of work is under way only the latest is done after it", async () => {
  const { begun, run, end } = work();
  let succeeded = 0;
  const offer = latest(run, assert.fail, () => succeeded++);
  offer(1);
  offer(2);
  offer(3);
  assert.deepEqual(begun, [1]);
  end();
  await turn();
  assert.deepEqual(begun, [1, 3]);
  end();
  await turn();
  assert.equal(succeeded, 2);
  offer(4);
  assert.deepEqual(begun, [1, 3, 4]);
  end();
});

test("what fails is reported, and the next request is worked on", async () => {
  const { begun, run, end } = work();
  const faults = [];
  const offer = latest(run, (fault) => faults.push(fault.message));
  offer(1);
  offer(2);
  end(new Error("broken"));
  await turn();
  assert.deepEqual([faults, begun], [["broken"], [1, 2]]);
  end();
});

test("what the service could not answer is asked again once it answers, unless something newer was asked for", async () => {
  globalThis.document ??= { getElementById: () => ({}) };
  const { answered } = await import("../../src/Api/wwwroot/page/notifications.js");
  const { begun, run, end } = work();
  const offer = latest(run, () => {});
  const passing = Object.assign(new Error("busy"), { isPassing: true });
  offer(1);
  end(passing);
  await turn();
  answered();
  assert.deepEqual(begun, [1, 1]);
  end(passing);
  await turn();
  offer(2);
  end();
  await turn();
  answered();
  assert.deepEqual(begun, [1, 1, 2]);
});
