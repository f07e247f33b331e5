import assert from "node:assert/strict";
import { test } from "node:test";
import { relative, sizeWords, spanWords } from "./moments.ts";

const HOUR = 3_600_000;

test("a span says its two largest parts", () => {
  assert.equal(spanWords(12_900), "12 s");
  assert.equal(spanWords(25 * HOUR + 3 * 60_000), "1 d 1 h");
  assert.equal(spanWords(2 * HOUR), "2 h");
});

test("a moment is told by its distance to platform time, in either direction", () => {
  assert.equal(relative(0, 1_000), "now");
  assert.equal(relative(0, 2 * HOUR + 600_000), "2 h ago");
  assert.equal(relative(5 * 60_000, 0), "in 5 min");
});

test("sizes keep one digit while they are small", () => {
  assert.deepEqual([999, 1_500, 250_000, 3_140_000].map(sizeWords), ["999 B", "1.5 KB", "250 KB", "3.1 MB"]);
});
