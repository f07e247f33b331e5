// What is filled in for a rule, and the wish that comes of it: plain functions, so that they can be tested.

import type { ErrorView, RuleRequest, WebhookFaults } from "../../api/types.ts";

export type Kind = "message" | "webhook" | "request";

/** Everything as it is typed; what is empty is not wished for. */
export interface Form {
  readonly kind: Kind;
  readonly error: string;
  readonly delay: string;
  readonly path: string;
  readonly number: string;
  readonly phone: string;
  readonly next: string;
  readonly every: string;
  readonly duplicate: string;
  readonly late: string;
  readonly slow: string;
  readonly drop: boolean;
  readonly handshake: boolean;
  readonly batchSize: string;
  readonly batchSeconds: string;
  readonly window: string;
  readonly seed: string;
}

export const EMPTY: Form = {
  kind: "message",
  error: "",
  delay: "",
  path: "*/messages",
  number: "",
  phone: "",
  next: "",
  every: "1",
  duplicate: "",
  late: "",
  slow: "",
  drop: false,
  handshake: false,
  batchSize: "",
  batchSeconds: "2",
  window: "",
  seed: "7",
};

/** Return the wish for an error to come once: in the answer to a send if it comes in no other way, else to a message. */
export function wishFor(name: string, when?: ErrorView["when"]): RuleRequest {
  return { fail: { code: name }, next: 1, ...(when === "answer" && { path: EMPTY.path }) };
}

/** Return the form with what a preset wishes for. */
export function formOf(wish: RuleRequest): Form {
  const { webhook } = wish;
  return {
    ...EMPTY,
    kind: webhook ? "webhook" : wish.path ? "request" : "message",
    error: wish.fail ? String(wish.fail.code) : "",
    delay: typed(wish.delay_seconds),
    path: wish.path ?? EMPTY.path,
    number: wish.number ?? "",
    phone: wish.phone ?? "",
    next: typed(wish.next),
    every: typed(wish.every) || "1",
    duplicate: typed(webhook?.duplicate),
    late: typed(webhook?.delay_seconds),
    slow: typed(webhook?.slow),
    drop: webhook?.drop ?? false,
    handshake: webhook?.fail_handshake ?? false,
    batchSize: typed(webhook?.batch?.size),
    batchSeconds: typed(webhook?.batch?.seconds) || EMPTY.batchSeconds,
    window: typed(webhook?.reorder?.window),
    seed: typed(webhook?.reorder?.seed) || EMPTY.seed,
  };
}

/** Return the wish of a form; what is of another kind is left out. */
export function wishOf(form: Form): RuleRequest {
  const often = { ...given("next", form.next), ...(Number(form.every) > 1 && { every: Number(form.every) }) };
  const fail = form.error ? { fail: { code: form.error } } : {};
  if (form.kind === "request") return { path: form.path.trim(), ...fail, ...often };
  const where = { ...(form.number && { number: form.number }), ...(form.phone && { phone: form.phone }) };
  if (form.kind === "webhook") return { webhook: webhookOf(form), ...where, ...often };
  return { ...fail, ...given("delay_seconds", form.delay), ...where, ...often };
}

/** Say what is still to be filled in; null if the rule can be added. */
export function missing(form: Form): string | null {
  if (form.phone && !/^\d{5,15}$/.test(form.phone)) return "A user's number has 5 to 15 digits.";
  if (form.kind === "request") {
    if (!/^[/*]/.test(form.path)) return "A path begins with / or *.";
    return form.error ? null : "Choose the error that requests are refused with.";
  }
  if (form.kind === "message") return form.error || Number(form.delay) > 0 ? null : "Choose an error, or a delay.";
  return Object.keys(webhookOf(form)).length > 0 ? null : "Choose what happens to webhooks.";
}

function webhookOf(form: Form): WebhookFaults {
  return {
    ...given("duplicate", form.duplicate),
    ...given("delay_seconds", form.late),
    ...(Number(form.slow) > 1 && { slow: Number(form.slow) }),
    ...(form.drop && { drop: true }),
    ...(form.handshake && { fail_handshake: true }),
    ...(Number(form.batchSize) > 0 && { batch: { size: Number(form.batchSize), seconds: Number(form.batchSeconds) || 1 } }),
    ...(Number(form.window) > 1 && {
      reorder: { window: Number(form.window), seed: Number(form.seed) || 0, seconds: Number(form.batchSeconds) || 1 },
    }),
  };
}

function given<N extends string>(name: N, text: string): { [K in N]?: number } {
  return (Number(text) > 0 ? { [name]: Number(text) } : {}) as { [K in N]?: number };
}

function typed(value: number | null | undefined): string {
  return value ? String(value) : "";
}
