import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY, formOf, missing, wishFor, wishOf } from "./form.ts";

test("a preset goes through the form and comes out of it as it was", () => {
  const wishes = [
    { fail: { code: "window_closed" }, phone: "15550001111", next: 2 },
    { delay_seconds: 30, every: 3 },
    { path: "*/messages", fail: { code: "131000" } },
    { webhook: { duplicate: 2, batch: { size: 50, seconds: 2 } }, number: "15550100900" },
    { webhook: { reorder: { window: 4, seed: 7, seconds: 2 }, drop: true, slow: 10, fail_handshake: true } },
  ];

  assert.deepEqual(wishes.map((wish) => wishOf(formOf(wish))), wishes);
});

test("what belongs to another kind is left out", () => {
  const form = { ...EMPTY, error: "undeliverable", duplicate: "1", phone: "15550001111" };

  assert.deepEqual(wishOf({ ...form, kind: "webhook" }), { webhook: { duplicate: 1 }, phone: "15550001111" });
  assert.deepEqual(wishOf({ ...form, kind: "request" }), { path: "*/messages", fail: { code: "undeliverable" } });
});

test("a rule that would do nothing says what is missing", () => {
  assert.equal(missing(EMPTY), "Choose an error, or a delay.");
  assert.equal(missing({ ...EMPTY, delay: "5" }), null);
  assert.equal(missing({ ...EMPTY, kind: "webhook" }), "Choose what happens to webhooks.");
  assert.equal(missing({ ...EMPTY, kind: "request" }), "Choose the error that requests are refused with.");
  assert.equal(missing({ ...EMPTY, delay: "5", phone: "12" }), "A user's number has 5 to 15 digits.");
});

test("an error is tried where it comes: in the answer to a send, or on a message", () => {
  assert.deepEqual(wishFor("rate", "answer"), { fail: { code: "rate" }, next: 1, path: "*/messages" });
  assert.deepEqual(wishFor("window_closed", "webhook"), { fail: { code: "window_closed" }, next: 1 });
  assert.equal(missing(formOf(wishFor("rate", "answer"))), null);
});
