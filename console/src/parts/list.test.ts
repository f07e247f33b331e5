import assert from "node:assert/strict";
import { test } from "node:test";
import { inParts, withAsked, withMore, withTop } from "./list.ts";

const message = (id: string, at: string, status = "sent") => ({ id, at, status });
const a = message("a", "2026-01-01T00:00:01Z");
const b = message("b", "2026-01-01T00:00:02Z");
const c = message("c", "2026-01-01T00:00:03Z");
const d = message("d", "2026-01-01T00:00:04Z");

test("what is read again at the top leaves what is further down", () => {
  const read = message("c", c.at, "read");

  assert.deepEqual(withTop([c, b, a], [d, read, b]), { items: [d, read, b, a], touches: true });
});

test("a top that does not touch what was there takes its place", () => {
  assert.deepEqual(withTop([b, a], [d, c]), { items: [d, c], touches: false });
});

test("reading on repeats nothing", () => {
  assert.deepEqual(withMore([d, c], [c, b]), [d, c, b]);
});

test("a message that changed stays where it is, a new one comes to its moment", () => {
  const read = message("b", b.at, "read");

  assert.deepEqual(withAsked([d, b, a], ["b", "c"], [c, read]), [d, c, read, a]);
});

test("a message that the filters no longer let through goes", () => {
  assert.deepEqual(withAsked([c, b, a], ["b"], []), [c, a]);
});

test("two new messages of one moment keep the order of the answer", () => {
  const one = message("x", d.at);
  const other = message("y", d.at);

  assert.deepEqual(withAsked([a], ["x", "y"], [one, other]), [one, other, a]);
});

test("a long list is asked for in parts", () => {
  assert.deepEqual(inParts([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  assert.deepEqual(inParts([], 2), []);
});
