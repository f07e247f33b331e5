// Rules that are often wanted; each can still be changed before it is added.

import type { RuleRequest } from "../../api/types.ts";

export interface Preset {
  readonly title: string;
  readonly about: string;
  readonly wish: RuleRequest;
}

export interface Shelf {
  readonly title: string;
  readonly about: string;
  readonly presets: readonly Preset[];
}

const failing = (code: string, rest: RuleRequest = {}): RuleRequest => ({ fail: { code }, ...rest });
const API = "*/messages";

export const SHELVES: readonly Shelf[] = [
  {
    title: "Messages",
    about: "The request is accepted, and the message fails afterwards: the webhook is told.",
    presets: [
      {
        title: "Window closed",
        about: "131047, On-Premises 470: more than 24 h since the user wrote.",
        wish: failing("window_closed"),
      },
      {
        title: "Undeliverable",
        about: "131026: the user is not on WhatsApp, or cannot be reached.",
        wish: failing("undeliverable"),
      },
      {
        title: "Media cannot be used",
        about: "131053, On-Premises 1014: the file is refused.",
        wish: failing("media_failed"),
      },
      {
        title: "Link cannot be fetched",
        about: "131014, On-Premises 1014: the file's address answers 404.",
        wish: failing("link_not_fetched"),
      },
      { title: "Template paused", about: "132015: too many users disliked it.", wish: failing("template_paused") },
      { title: "Marketing withheld", about: "131049: Meta chose not to deliver.", wish: failing("marketing_limit") },
      {
        title: "Too fast for one user",
        about: "131056: many messages to one user in a short time.",
        wish: failing("pair_rate"),
      },
      {
        title: "Slow delivery",
        about: "Messages, and so their statuses, come 30 s late.",
        wish: { delay_seconds: 30 },
      },
    ],
  },
  {
    title: "Requests to the API",
    about: "The request is refused at once, in the words of the dialect that it came in, and does nothing.",
    presets: [
      {
        title: "Server error",
        about: "131000 with HTTP 500: something went wrong.",
        wish: failing("something_went_wrong", { path: API, next: 1 }),
      },
      {
        title: "Rate limit",
        about: "130429: more messages per second than the number may send.",
        wish: failing("throughput", { path: API, next: 5 }),
      },
      {
        title: "Too many calls",
        about: "80007: the account's calls of an hour are used up.",
        wish: failing("call_limit", { path: "*", next: 5 }),
      },
      {
        title: "Unavailable now and then",
        about: "131016 with HTTP 500, every tenth time.",
        wish: failing("service_unavailable", { path: "*", every: 10 }),
      },
      {
        title: "Token no longer valid",
        about: "190: every request, as after a token was taken back.",
        wish: failing("190", { path: "*" }),
      },
    ],
  },
  {
    title: "Webhooks",
    about: "WhatsApp promises little: a receiver that has only met good days fails on the others.",
    presets: [
      {
        title: "Duplicates",
        about: "Each event comes twice, with the same id and bytes.",
        wish: { webhook: { duplicate: 1 } },
      },
      {
        title: "Another order",
        about: "Four events at a time are shuffled.",
        wish: { webhook: { reorder: { window: 4, seed: 7, seconds: 2 } } },
      },
      {
        title: "Batches",
        about: "Up to 50 events of 2 s in one call.",
        wish: { webhook: { batch: { size: 50, seconds: 2 } } },
      },
      {
        title: "Lost events",
        about: "Every fifth is never told; it can be delivered by hand.",
        wish: { webhook: { drop: true }, every: 5 },
      },
      { title: "Late events", about: "Each comes a minute late.", wish: { webhook: { delay_seconds: 60 } } },
      { title: "Slow retries", about: "What failed is tried again ten times later.", wish: { webhook: { slow: 10 } } },
      {
        title: "Verification fails",
        about: "A callback URL is not taken, whatever it answers.",
        wish: { webhook: { fail_handshake: true } },
      },
    ],
  },
];
