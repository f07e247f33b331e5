// What happened to a message as one story, oldest first: plain functions, so that they can be tested.

import type { DeliveryView, ExchangeView, FaultView, FindingView, MessageDetail, SendView } from "../../api/types.ts";
import type { Tone } from "../../parts/Badge.tsx";

/** One step of the story. */
export type Step =
  | { readonly kind: "came"; readonly at: string; readonly exchange: ExchangeView | null }
  | { readonly kind: "finding"; readonly at: string; readonly finding: FindingView }
  | { readonly kind: "send"; readonly at: string; readonly send: SendView; readonly refused: boolean }
  | { readonly kind: "status"; readonly at: string; readonly status: string; readonly fault: FaultView | null }
  | { readonly kind: "delivery"; readonly at: string; readonly delivery: DeliveryView };

/** What of a message its story is made of. */
export type Told = Pick<MessageDetail, "at" | "exchange" | "findings" | "timeline" | "deliveries">;

const ORDER: Readonly<Record<Step["kind"], number>> = { came: 0, finding: 1, send: 2, status: 3, delivery: 6 };
const SUBJECTS: Readonly<Record<FindingView["subject"], string>> = {
  window: "Customer service window",
  template: "Template",
  media: "File",
  link: "Link",
  rate: "Sending rate",
  recipient: "The user's phone",
  limits: "Limits",
  rule: "Rule",
};

/** All of it, oldest first; what happened in one moment is in the order in which a message meets it. */
export function storyOf(message: Told): readonly Step[] {
  const reached = message.timeline.find((entry) => entry.event === "message.status" && entry.status === "delivered")?.at;
  const steps: Step[] = [{ kind: "came", at: message.at, exchange: message.exchange }];
  for (const finding of message.findings) {
    if (!isOfAttempt(finding)) steps.push({ kind: "finding", at: momentOf(finding, reached), finding });
  }
  for (const entry of message.timeline) {
    if (entry.send) steps.push({ kind: "send", at: entry.at, send: entry.send, refused: entry.event.endsWith("refused") });
    else if (entry.event === "message.status" && entry.status) {
      steps.push({ kind: "status", at: entry.at, status: entry.status, fault: entry.fault ?? null });
    }
  }
  for (const delivery of [...message.deliveries].sort(byEvent)) steps.push({ kind: "delivery", at: delivery.at, delivery });
  return steps.sort((one, other) => Date.parse(one.at) - Date.parse(other.at) || orderOf(one) - orderOf(other));
}

/** Within a moment: a message is sent, reaches the phone, and only then is delivered. */
function orderOf(step: Step): number {
  if (step.kind === "finding" && step.finding.subject === "recipient" && step.finding.verdict !== "failed") return 4;
  return step.kind === "status" && step.status !== "sent" ? 5 : ORDER[step.kind];
}

export function toneOf(step: Step): Tone {
  switch (step.kind) {
    case "came":
      return "plain";
    case "finding":
      return step.finding.verdict === "failed" ? "bad" : step.finding.verdict === "waited" ? "wait" : "good";
    case "send":
      return step.refused ? "bad" : "wait";
    case "status":
      return step.status === "failed" ? "bad" : "good";
    case "delivery":
      return deliveryTone(step.delivery);
  }
}

export function subjectWords(finding: FindingView): string {
  if (finding.subject === "rule" && "fault_rule" in finding.facts) return "Fault rule";
  return SUBJECTS[finding.subject];
}

/** What became of a delivery, in a few words. */
export function deliveryWords(delivery: DeliveryView): string {
  switch (delivery.state) {
    case "done":
      return "Webhook told";
    case "dead":
      return "Webhook given up";
    case "dropped":
      return "Webhook not told";
    case "cancelled":
      return "Webhook gone";
    default:
      return delivery.attempts.length > 0 ? "Webhook failed so far" : "Webhook waits";
  }
}

export function deliveryTone({ state, attempts }: DeliveryView): Tone {
  if (state === "done") return "good";
  if (state === "dead") return "bad";
  return state === "waiting" && attempts.length === 0 ? "plain" : "wait";
}

/** What a delivery is about: "sent", "the message", or the field of the webhook. */
export function deliveryAbout(delivery: DeliveryView): string {
  return delivery.status ?? (delivery.kind === "message" ? "the message" : delivery.kind.replace(/_/g, " "));
}

/** The deliveries that have tried and not arrived, or never will. */
export function untold(deliveries: readonly DeliveryView[]): readonly DeliveryView[] {
  return deliveries.filter((delivery) => delivery.why && delivery.state !== "done");
}

/** In the order of what they tell: ids count up. */
function byEvent(one: DeliveryView, other: DeliveryView): number {
  return one.id.localeCompare(other.id, "en", { numeric: true });
}

/** An attempt at the network is told by the attempt itself. */
function isOfAttempt(finding: FindingView): boolean {
  return !finding.recorded && "attempt" in finding.facts && "outcome" in finding.facts;
}

/** That a message reached the phone was not kept: it belongs to the moment that it did. */
function momentOf(finding: FindingView, reached: string | undefined): string {
  return finding.subject === "recipient" && !finding.recorded && reached ? reached : finding.at;
}
