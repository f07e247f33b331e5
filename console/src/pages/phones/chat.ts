// What a phone shows of one chat: both sides in order, with reactions, edits and deletions where they belong.

import type { MediaView, OwnMessage, PreviewView, ReceivedList, ReceivedMessage, ShownTemplate } from "../../api/types.ts";

export interface Reaction {
  readonly emoji: string;
  /** The phone's user has reacted, not the business. */
  readonly mine: boolean;
}

export interface Bubble {
  readonly id: string;
  /** The phone's user wrote it. */
  readonly mine: boolean;
  readonly number: string;
  readonly at: string;
  readonly type: string;
  /** The text that is shown, filled in. */
  readonly body: string;
  /** The object of its type, as the webhook or the request has it. */
  readonly content: unknown;
  readonly quoted: string | null;
  readonly files: readonly (MediaView | null)[];
  readonly template: ShownTemplate | null;
  /** What the other side is shown of it: its ticks. */
  readonly status: string;
  readonly reactions: readonly Reaction[];
  /** What the user has answered to it by a tap. */
  readonly answer: string | null;
  /** The card of its first link. */
  readonly preview: PreviewView | null;
  readonly edited: boolean;
  readonly deleted: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/** Return the chat of one number, oldest first; null for the number means all of them. */
export function chatOf(list: ReceivedList, number: string | null): readonly Bubble[] {
  const all = [...list.messages.map(received), ...list.written.map(written)]
    .filter((each) => number === null || each.number === number)
    .sort((one, other) => one.at.localeCompare(other.at) || one.id.localeCompare(other.id));
  const shown = new Map<string, Bubble>();
  for (const each of all) take(shown, each);
  return [...shown.values()];
}

/** Let a message have its place, or its effect on an earlier one. */
function take(shown: Map<string, Bubble>, each: Bubble): void {
  const content = members(each.content);
  if (each.type === "reaction")
    return change(shown, word(content["message_id"]), (to) => reacted(to, each.mine, word(content["emoji"])));
  if (each.type === "revoke")
    return change(shown, word(content["original_message_id"]), (to) => ({ ...to, deleted: true }));
  if (each.type === "edit") return change(shown, word(content["original_message_id"]), (to) => edited(to, content));
  const answer = answerOf(each);
  if (answer && each.quoted) change(shown, each.quoted, (to) => ({ ...to, answer }));
  shown.set(each.id, each);
}

function change(shown: Map<string, Bubble>, id: string, made: (there: Bubble) => Bubble): void {
  const there = shown.get(id);
  if (there) shown.set(id, made(there));
}

/** A person has one reaction to a message; an empty one takes it back. */
function reacted(to: Bubble, mine: boolean, emoji: string): Bubble {
  const others = to.reactions.filter((each) => each.mine !== mine);
  return { ...to, reactions: emoji ? [...others, { emoji, mine }] : others };
}

function edited(to: Bubble, content: Members): Bubble {
  const message = members(content["message"]);
  const now = members(message[to.type]);
  const body = word(now["body"]) || word(now["caption"]);
  return {
    ...to,
    edited: true,
    body,
    preview: to.preview && body.includes(to.preview.url) ? to.preview : null,
    content: { ...members(to.content), ...now },
  };
}

/** Return the words on what the user tapped; null for what is no answer by a tap. */
export function answerOf(each: Bubble): string | null {
  if (!each.mine) return null;
  const content = members(each.content);
  if (each.type === "button") return word(content["text"]);
  if (each.type !== "interactive") return null;
  const type = word(content["type"]);
  const reply = members(content[type]);
  if (type === "nfm_reply") return word(reply["body"]) || "Sent";
  if (type === "call_permission_reply") return word(reply["response"]) === "accept" ? "Calls allowed" : "Calls refused";
  return word(reply["title"]);
}

function received(message: ReceivedMessage): Bubble {
  return {
    ...common(message),
    mine: false,
    files: [message.media, ...message.more_media],
    template: message.template,
    status: message.status,
  };
}

function written(message: OwnMessage): Bubble {
  const mine = {
    ...common(message),
    mine: true,
    files: [message.media],
    template: null,
    status: message.read ? "read" : "delivered",
  };
  return { ...mine, body: answerOf(mine) ?? mine.body };
}

function common(message: ReceivedMessage | OwnMessage) {
  return {
    id: message.id,
    number: message.phone_number_id,
    at: message.at,
    type: message.type,
    body: message.body,
    content: message.content,
    quoted: message.context_id,
    reactions: [],
    answer: null,
    preview: message.preview ?? null,
    edited: false,
    deleted: false,
  };
}

/** Return the members of what may be an object. */
export function members(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

/** Return the elements of what may be a list. */
export function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Return what may be a text, or nothing. */
export function word(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
