import assert from "node:assert/strict";
import { test } from "node:test";
import { asWished, countWords, ordinal, ruleWords } from "./words.ts";

test("what a rule about messages does is said in one sentence", () => {
  const fail = { code: 131026, title: "Message undeliverable" };

  assert.equal(ruleWords({ fail }), "Every message will fail with 131026 Message undeliverable.");
  assert.equal(ruleWords({ fail, every: 3, phone: "15550001111" }),
    "Every 3rd message to +15550001111 will fail with 131026 Message undeliverable.");
  assert.equal(ruleWords({ delay_seconds: 90, next: 2, number: "7" }), "The next 2 messages from 7 will be held back for 1 min.");
});

test("a rule with a path is about requests", () => {
  assert.equal(ruleWords({ path: "*/messages", fail: { code: 131000 }, next: 1 }),
    "The next request to */messages will be refused with 131000.");
});

test("what happens to webhooks is joined", () => {
  assert.equal(ruleWords({ webhook: { duplicate: 1, delay_seconds: 5 } }), "Every webhook event will be told 5 s late, and be told twice.");
  assert.equal(ruleWords({ webhook: { fail_handshake: true } }), "Every verification of a callback URL will fail.");
  assert.equal(ruleWords({ webhook: { batch: { size: 9 } }, every: 2, next: 4 }),
    "Every 2nd webhook event, 4 times in all, will share one call, up to 9 within 1 s.");
});

test("how often a rule has hit is counted from what it was about", () => {
  assert.equal(countWords({ seen: 0, every: 1, next: null }), "not hit yet");
  assert.equal(countWords({ seen: 7, every: 3, next: null }), "hit 2 of 7");
  assert.equal(countWords({ seen: 2, every: 1, next: 3 }), "hit 2, 3 left");
  assert.equal(countWords({ seen: 5, every: 1, next: 0 }), "hit 5, used up");
});

test("a rule that is used up is told as it was wished for", () => {
  const rule = { id: 1, fail: null, delay_seconds: 9, webhook: null, path: null, number: null, phone: null, next: 0, every: 2, seen: 4 };

  assert.equal(ruleWords(asWished(rule)), "Every 2nd message, 2 times in all, will be held back for 9 s.");
});

test("ordinals end as they are spoken", () => {
  assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 112, 101].map(ordinal),
    ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "101st"]);
});
