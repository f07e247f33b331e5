import assert from "node:assert/strict";
import { test } from "node:test";
import { inputOf, WINDOW_MS, windowsOf } from "./windows.ts";

const heard = (wa_id: string, at: string, type = "text", phone_number_id = "15550100900") => ({ wa_id, at, type, phone_number_id });

test("the last message of a user to a number opens the window", () => {
  const [first, second, ...rest] = windowsOf([
    heard("1", "2026-01-01T10:00:00Z"),
    heard("2", "2026-01-01T11:00:00Z"),
    heard("1", "2026-01-01T12:00:00Z"),
  ]);

  assert.equal(first?.waId, "1");
  assert.equal(first?.closesAt, Date.parse("2026-01-01T12:00:00Z") + WINDOW_MS);
  assert.equal(second?.waId, "2");
  assert.deepEqual(rest, []);
});

test("each number has a window of its own, and a change of number opens none", () => {
  const found = windowsOf([heard("1", "2026-01-01T10:00:00Z", "text", "7"), heard("1", "2026-01-01T11:00:00Z", "system", "8")]);

  assert.deepEqual(found.map((each) => each.number), ["7"]);
});

test("a moment goes into the input and comes out of it again", () => {
  const at = Date.parse("2026-03-29T05:06:07Z");

  assert.equal(new Date(inputOf(at)).getTime(), at);
});
