import assert from "node:assert/strict";
import { test } from "node:test";
import type { AttemptView } from "../../api/types.ts";
import { attemptsWord, deliveryWord, eventWord, filterWords, isBehind, isTaken, waitingWords } from "./words.ts";

const attempt = (number: number, status: number | null) =>
  ({ number, status, elapsed_ms: 12, at: "2026-01-01T00:00:00Z", answer: { text: "" } }) as AttemptView;

test("a delivery that waits is told apart by what it waits for", () => {
  assert.equal(deliveryWord({ state: "waiting", attempts: [] }, false), "Waiting");
  assert.equal(deliveryWord({ state: "waiting", attempts: [attempt(1, 500)] }, false), "Retrying");
  assert.equal(deliveryWord({ state: "waiting", attempts: [] }, true), "Paused");
  assert.equal(deliveryWord({ state: "dead", attempts: [] }, true), "Given up");
});

test("what the receiver said last is told", () => {
  assert.equal(attemptsWord({ state: "waiting", attempts: [] }), "no attempt yet");
  assert.equal(attemptsWord({ state: "dead", attempts: [] }), "not attempted");
  assert.equal(attemptsWord({ state: "done", attempts: [attempt(1, 200)] }), "200 in 12 ms");
  assert.equal(attemptsWord({ state: "waiting", attempts: [attempt(1, 500), attempt(2, null)] }), "no answer, attempt 2");
});

test("what follows an earlier one of its message says so", () => {
  const told = (id: string, message_id: string, attempts: AttemptView[] = [], endpoint: string | null = null) =>
    ({ id, message_id, attempts, endpoint, state: "waiting" }) as const;
  const first = told("1", "m", [attempt(1, 500)]);
  const listed = [told("4", "m", [], "other"), told("3", "m"), told("2", "n"), first];

  assert.deepEqual(listed.map((each) => isBehind(each, listed)), [false, true, false, false]);
  assert.equal(attemptsWord(listed[1]!, true), "follows the one before");
});

test("an event is called by what it tells", () => {
  assert.equal(eventWord({ kind: "status", status: "read" }), "Status read");
  assert.equal(eventWord({ kind: "message", status: null }), "Message of a user");
  assert.equal(eventWord({ kind: "account_update", status: null }), "account update");
});

test("only the last attempt of what is delivered was taken", () => {
  const attempts = [attempt(1, 500), attempt(2, 200)];

  assert.deepEqual(attempts.map((each) => isTaken({ state: "done", attempts }, each)), [false, true]);
  assert.equal(isTaken({ state: "waiting", attempts }, attempts[1]!), false);
});

test("what waits is counted", () => {
  assert.equal(waitingWords("1"), "1 delivery waits");
  assert.equal(waitingWords("1,000+"), "1,000+ deliveries wait, in order");
  assert.equal(waitingWords(undefined), "Some deliveries wait, in order");
});

test("what a replay is narrowed down to is said in words", () => {
  assert.equal(filterWords({ state: "dead" }), "");
  assert.equal(filterWords({ number: "15550123456", state: "dead", kind: "status" }), "number 15550123456 and kind status");
});
