// What the code of a message is made of, whichever language it is written in.

import type { MessageDetail } from "../../../api/types.ts";

/** What of a message its code needs. */
export type Coded = Pick<
  MessageDetail,
  | "direction"
  | "phone_number_id"
  | "wa_id"
  | "type"
  | "status"
  | "fault"
  | "media"
  | "more_media"
  | "body"
  | "exchange"
  | "findings"
  | "why"
  | "deliveries"
>;

/** An object of JSON. */
export type Members = Readonly<Record<string, unknown>>;

/** The request that brings a message about again: of a program, or in the name of the user. */
export interface Call {
  readonly path: string;
  readonly body: string;
  /** The variable that the key is in. */
  readonly key: "WHATSAPP_ACCESS_TOKEN" | "WAYPOST_ADMIN_TOKEN";
  /** What is to be known of it, in a sentence. */
  readonly note: string | null;
}

/** Return it, or null if it cannot be made: of a file that a user sent, or a request that is not text. */
export function callOf(message: Coded): Call | null {
  const { exchange } = message;
  if (message.direction === "outbound") {
    if (!exchange || exchange.body.encoding === "base64") return null;
    return { path: exchange.path, body: exchange.body.text, key: "WHATSAPP_ACCESS_TOKEN", note: null };
  }
  const media = message.media ? { [message.type]: { ...members(members(message.body)[message.type]), id: message.media.id } } : {};
  const body = JSON.stringify({ type: message.type, ...members(message.body), ...media });
  const note = "The user writes it again, over the control API.";
  return { path: `/_waypost/v1/phones/${message.wa_id}/messages`, body, key: "WAYPOST_ADMIN_TOKEN", note };
}

export function members(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

export function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function word(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
