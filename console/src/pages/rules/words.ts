// What a fault rule does, in words: plain functions, so that they can be tested.

import type { RuleRequest, RuleView, WebhookFaults } from "../../api/types.ts";
import { spanWords } from "../../parts/moments.ts";

/** What words need to know of a rule, be it in force or only wished for. */
export interface Told extends Omit<RuleRequest, "fail"> {
  readonly fail?: { readonly code: number | string; readonly title?: string } | null;
}

/** Say what a rule does: "Every 3rd message to +1555… will fail with 131026 Message undeliverable." */
export function ruleWords(rule: Told): string {
  const effects = effectsOf(rule);
  return `${subjectOf(rule)} ${effects.length > 0 ? `will ${effects.join(", and ")}` : "will be as they are"}.`;
}

/** Say how often a rule has hit, and how often it will: "hit 2 of 6, 3 left". */
export function countWords(rule: Pick<RuleView, "seen" | "every" | "next">): string {
  const hits = Math.floor(rule.seen / rule.every);
  const of = rule.every > 1 ? ` of ${rule.seen.toLocaleString()}` : "";
  const hit = hits === 0 && rule.seen === 0 ? "not hit yet" : `hit ${hits.toLocaleString()}${of}`;
  if (rule.next === null) return hit;
  return rule.next === 0 ? `${hit}, used up` : `${hit}, ${rule.next.toLocaleString()} left`;
}

/** The rule as it was when it was added: what is left counts down, and the words should not. */
export function asWished(rule: RuleView): Told {
  return rule.next === null ? rule : { ...rule, next: rule.next + Math.floor(rule.seen / rule.every) };
}

/** 1st, 2nd, 3rd, 4th, 11th, 21st. */
export function ordinal(number: number): string {
  const last = number % 10;
  const teen = Math.floor((number % 100) / 10) === 1;
  return `${number}${teen || last < 1 || last > 3 ? "th" : ["st", "nd", "rd"][last - 1]}`;
}

function subjectOf(rule: Told): string {
  const [one, many] = nounOf(rule);
  const where = whereOf(rule);
  const every = rule.every ?? 1;
  const next = rule.next ?? null;
  if (every > 1) return `Every ${ordinal(every)} ${one}${where}${next === null ? "" : `, ${next} times in all,`}`;
  if (next === 1) return `The next ${one}${where}`;
  return next === null ? `Every ${one}${where}` : `The next ${next} ${many}${where}`;
}

function nounOf(rule: Told): readonly [one: string, many: string] {
  if (rule.path) return ["request", "requests"];
  if (!rule.webhook) return ["message", "messages"];
  const onlyVerified = rule.webhook.fail_handshake && webhookEffects(rule.webhook).length === 1;
  return onlyVerified ? ["verification of a callback URL", "verifications of callback URLs"] : ["webhook event", "webhook events"];
}

function whereOf(rule: Told): string {
  if (rule.path) return ` to ${rule.path}`;
  const number = rule.number ? ` ${rule.webhook ? "of" : "from"} ${rule.number}` : "";
  const phone = rule.phone ? ` ${rule.webhook ? "about" : "to"} +${rule.phone}` : "";
  return number + phone;
}

function effectsOf(rule: Told): readonly string[] {
  const found: string[] = [];
  if (rule.delay_seconds) found.push(`be held back for ${secondsWords(rule.delay_seconds)}`);
  if (rule.fail) {
    const error = `${rule.fail.code}${rule.fail.title ? ` ${rule.fail.title}` : ""}`;
    found.push(rule.path ? `be refused with ${error}` : `fail with ${error}`);
  }
  if (rule.webhook) found.push(...webhookEffects(rule.webhook));
  return found;
}

function webhookEffects(trouble: WebhookFaults): readonly string[] {
  const { duplicate = 0, delay_seconds: delay = 0, slow = 1, batch, reorder } = trouble;
  return [
    trouble.drop && "never be told",
    delay > 0 && `be told ${secondsWords(delay)} late`,
    duplicate === 1 && "be told twice",
    duplicate > 1 && `be told ${duplicate + 1} times`,
    reorder && `come in another order, ${reorder.window} at a time`,
    batch && `share one call, up to ${batch.size ?? 1_000} within ${secondsWords(batch.seconds ?? 1)}`,
    slow > 1 && `be tried again ${slow} times later`,
    trouble.fail_handshake && "fail",
  ].filter((each): each is string => !!each);
}

function secondsWords(seconds: number): string {
  return seconds < 1 ? `${Math.round(1_000 * seconds)} ms` : spanWords(1_000 * seconds);
}
