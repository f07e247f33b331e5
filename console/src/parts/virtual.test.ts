import assert from "node:assert/strict";
import { test } from "node:test";
import { offsetsOf, rowAt, spanOf } from "./virtual.ts";

const keys = Array.from({ length: 10_000 }, (_, at) => String(at));

test("rows that were never drawn have the estimated height", () => {
  const offsets = offsetsOf(["a", "b", "c"], new Map([["b", 100]]), 40);

  assert.deepEqual([...offsets], [0, 40, 140, 180]);
});

test("a height belongs to the row that begins there or above", () => {
  const offsets = offsetsOf(["a", "b", "c"], new Map([["b", 100]]), 40);

  assert.deepEqual([0, 39, 40, 139, 140, 999].map((height) => rowAt(offsets, height)), [0, 0, 1, 1, 2, 2]);
});

test("of ten thousand rows only those in view are drawn, and a few around them", () => {
  const span = spanOf(offsetsOf(keys, new Map(), 40), 200_000, 800, 8);

  assert.deepEqual(span, { first: 4_992, end: 5_029 });
});

test("an empty list draws nothing", () => {
  assert.deepEqual(spanOf(offsetsOf([], new Map(), 40), 0, 800), { first: 0, end: 0 });
});

test("a list that has become shorter than it was scrolled shows its end", () => {
  assert.deepEqual(spanOf(offsetsOf(["a", "b"], new Map(), 40), 5_000, 800, 0), { first: 1, end: 2 });
});
