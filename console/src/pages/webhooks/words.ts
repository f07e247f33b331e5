// What deliveries are called: plain functions, so that they can be tested.

import type { AttemptView, DeliveryView } from "../../api/types.ts";
import type { Tone } from "../../parts/Badge.tsx";

const STATES: Readonly<Record<string, readonly [string, Tone]>> = {
  waiting: ["Waiting", "wait"],
  done: ["Delivered", "good"],
  dead: ["Given up", "bad"],
  cancelled: ["Cancelled", "plain"],
  dropped: ["Dropped", "plain"],
};

export const STATES_IN_ORDER: readonly string[] = Object.keys(STATES);

type Told = Pick<DeliveryView, "state" | "attempts">;

export function stateWord(state: string): string {
  return STATES[state]?.[0] ?? state;
}

/** What a delivery's state is called; one that failed and will be tried again is retrying. */
export function deliveryWord(delivery: Told, paused: boolean): string {
  if (delivery.state === "waiting" && paused) return "Paused";
  if (delivery.state === "waiting" && delivery.attempts.length > 0) return "Retrying";
  return stateWord(delivery.state);
}

export function deliveryTone(delivery: Told): Tone {
  return STATES[delivery.state]?.[1] ?? "plain";
}

/** What the event tells: "Status: read", "Message of a user", "account_update". */
export function eventWord(delivery: Pick<DeliveryView, "kind" | "status">): string {
  if (delivery.kind === "status") return `Status ${delivery.status ?? "unknown"}`;
  if (delivery.kind === "message") return "Message of a user";
  return delivery.kind.replace(/_/g, " ");
}

/** What the last attempts came to: "no attempt yet", "200 in 12 ms", "500, attempt 3". */
export function attemptsWord({ state, attempts }: Told, behind = false): string {
  const last = attempts.at(-1);
  if (!last && behind) return "follows the one before";
  if (!last) return state === "waiting" ? "no attempt yet" : "not attempted";
  const answer = last.status === null ? "no answer" : String(last.status);
  const took = last.status === null ? "" : ` in ${last.elapsed_ms} ms`;
  return attempts.length === 1 ? `${answer}${took}` : `${answer}, attempt ${last.number}`;
}

type Placed = Pick<DeliveryView, "id" | "state" | "message_id" | "endpoint" | "attempts">;

/** Whether a delivery has to wait for an earlier one of its message to the same place; `listed` is newest first. */
export function isBehind(delivery: Placed, listed: readonly Placed[]): boolean {
  if (delivery.state !== "waiting" || delivery.attempts.length > 0) return false;
  const earlier = listed.slice(listed.findIndex((each) => each.id === delivery.id) + 1);
  const goesAlong = (each: Placed) => each.message_id === delivery.message_id && each.endpoint === delivery.endpoint;
  return earlier.some((each) => each.state === "waiting" && goesAlong(each));
}

/** What a list is filtered by besides the state, in words: "number 15550100900 and kind status"; empty if by nothing. */
export function filterWords(filters: Readonly<Record<string, string | undefined>>): string {
  const parts = ["number", "kind", "message"].flatMap((name) => (filters[name] ? [`${name} ${filters[name]}`] : []));
  return parts.join(" and ");
}

/** How many wait while a number is paused: "1 delivery waits", "12 deliveries wait"; some while it is not known. */
export function waitingWords(count: string | undefined): string {
  if (count === "1") return "1 delivery waits";
  return `${count || "Some"} deliveries wait, in order`;
}

/** Whether an answer counts as taken. */
export function isTaken(delivery: Told, attempt: AttemptView): boolean {
  return delivery.state === "done" && attempt === delivery.attempts.at(-1);
}
