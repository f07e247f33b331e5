import assert from "node:assert/strict";
import { test } from "node:test";
import { factName, factWords, isMoment, linkOf } from "./facts.ts";
import { beside } from "./neighbours.ts";

test("facts are told with their units", () => {
  assert.equal(factName("age_seconds"), "Age");
  assert.equal(factName("on_whatsapp"), "On WhatsApp");
  assert.equal(factWords("age_seconds", 90_180, false), "1 d 1 h (90,180 s)");
  assert.equal(factWords("age_seconds", 7, false), "7 s");
  assert.equal(factWords("took_ms", 1_126, false), "1,126 ms");
  assert.equal(factWords("size", 29_858, true), "29.9 KB (29,858 bytes)");
  assert.equal(factWords("limit", 250, false), "250");
  assert.equal(factWords("blocked", true, false), "yes");
  assert.equal(factWords("last_inbound", null, false), "none");
});

test("the link of a file is that of the message's own part", () => {
  assert.equal(linkOf({ type: "image", body: { type: "image", image: { link: "https://files/1" } } }), "https://files/1");
  assert.equal(linkOf({ type: "image", body: { type: "image", image: { id: "1" } } }), "");
  assert.equal(linkOf({ type: "text", body: { text: { body: "https://files/1" } } }), "");
});

test("a moment is known as one", () => {
  assert.equal(isMoment("2026-11-22T18:59:01Z"), true);
  assert.equal(isMoment("20261122"), false);
});

test("the neighbours are those above and below in the list", () => {
  const list = [{ id: "c" }, { id: "b" }, { id: "a" }];

  assert.deepEqual(beside(list, "b"), { newer: "c", older: "a" });
  assert.deepEqual(beside(list, "c"), { newer: null, older: "b" });
  assert.equal(beside(list, "z"), null);
});
