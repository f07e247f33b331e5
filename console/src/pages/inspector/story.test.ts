import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeliveryView, FindingView } from "../../api/types.ts";
import { deliveryWords, type Step, storyOf, type Told, untold } from "./story.ts";

const AT = "2027-01-31T12:00:00.000Z";
const LATER = "2027-01-31T12:00:00.050Z";

function finding(subject: FindingView["subject"], more: Partial<FindingView> = {}): FindingView {
  return { at: AT, subject, verdict: "passed", sentence: subject, facts: {}, hops: [], recorded: false, ...more };
}

function delivery(more: Partial<DeliveryView>): DeliveryView {
  const nothing = { due: null, endpoint: null, url: null, attempts: [], why: null };
  const ids = { id: "evt_1", event_id: "evt_1", message_id: "wamid.1", phone_number_id: "1", wa_id: "2" };
  return { ...nothing, ...ids, kind: "status", status: "sent", state: "waiting", at: LATER, ...more };
}

function message(more: Partial<Told>): Told {
  return { at: AT, exchange: null, findings: [], timeline: [], deliveries: [], ...more };
}

function words(steps: readonly Step[]): readonly string[] {
  return steps.map((step) => (step.kind === "finding" ? step.finding.subject : step.kind === "status" ? step.status : step.kind));
}

test("what happened in one moment is in the order in which a message meets it", () => {
  const told = message({
    findings: [finding("window"), finding("recipient")],
    timeline: ["sent", "delivered", "read"].map((status) => ({ at: AT, event: "message.status", status })),
    deliveries: [delivery({ at: AT })],
  });

  assert.deepEqual(words(storyOf(told)), ["came", "window", "sent", "recipient", "delivered", "read", "delivery"]);
});

test("that a message reached the phone stands where it was delivered", () => {
  const told = message({
    findings: [finding("recipient"), finding("link", { at: "2027-01-31T12:00:00.020Z", recorded: true })],
    timeline: [{ at: LATER, event: "message.status", status: "delivered" }],
  });

  assert.deepEqual(words(storyOf(told)), ["came", "link", "recipient", "delivered"]);
});

test("an attempt at the network is told once", () => {
  const told = message({
    findings: [finding("limits", { verdict: "waited", facts: { attempt: 1, outcome: "later" } })],
    timeline: [{ at: AT, event: "upstream.later", send: { number: 1, why: "the network is down" } }],
  });

  assert.deepEqual(words(storyOf(told)), ["came", "send"]);
});

test("deliveries stand where their events happened, in their order", () => {
  const [sent, read] = [delivery({ id: "evt_9", at: LATER }), delivery({ id: "evt_10", at: LATER })];
  const told = message({ deliveries: [read, sent], timeline: [{ at: LATER, event: "message.status", status: "sent" }] });

  const steps = storyOf(told);

  assert.deepEqual(words(steps), ["came", "sent", "delivery", "delivery"]);
  assert.deepEqual(steps.slice(2).map((step) => step.kind === "delivery" && step.delivery), [sent, read]);
});

test("only what was tried in vain, or never will be, counts as not told", () => {
  const why = { sentence: "The receiver answered 500.", fix: "", code: null, onprem_code: null, name: "webhook", page: null };
  const [waits, failed, done] = [delivery({}), delivery({ why }), delivery({ state: "done" })];

  assert.deepEqual(untold([waits, failed, done]), [failed]);
  assert.equal(deliveryWords(waits), "Webhook waits");
});
