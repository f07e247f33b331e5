// What the user of a phone does. Each is one call of the control API.

import { api } from "../../api/client.ts";
import type { PhoneChange, Tap } from "../../api/types.ts";
import { act } from "./state.ts";

/** Where a message goes: from which phone, to which number, in answer to what. */
export interface Way {
  readonly phone: string;
  readonly number: string | null;
  readonly reply: string | null;
}

export type FileKind = "image" | "video" | "audio" | "voice" | "document" | "sticker";

type Members = Readonly<Record<string, unknown>>;

export function writeText(way: Way, body: string): Promise<boolean> {
  return write(way, { type: "text", text: { body } });
}

export function shareLocation(way: Way, place: Members): Promise<boolean> {
  return write(way, { type: "location", location: place });
}

export function shareContact(way: Way, name: string, phone: string): Promise<boolean> {
  return write(way, {
    type: "contacts",
    contacts: [{ name: { formatted_name: name }, phones: [{ phone, type: "CELL" }] }],
  });
}

/** React to a message; without an emoji take the reaction back. */
export function react(way: Way, messageId: string, emoji: string): Promise<boolean> {
  return write(way, { type: "reaction", reaction: { message_id: messageId, ...(emoji && { emoji }) } });
}

export function unsend(way: Way, messageId: string): Promise<boolean> {
  return write(way, { type: "revoke", revoke: { original_message_id: messageId } });
}

export function sendFile(way: Way, kind: FileKind, file: File, caption: string): Promise<boolean> {
  const type = kind === "voice" ? "audio" : kind;
  const content = {
    ...(kind === "voice" && { voice: true }),
    ...(kind === "document" && { filename: file.name.slice(0, 240) }),
    ...(caption && { caption }),
  };
  const form = new FormData();
  form.append("message", JSON.stringify({ ...to(way), type, [type]: content }));
  form.append("file", new File([file], file.name, { type: mimeOf(kind, file) }));
  return act(way.phone, api.form("/phones/{wa_id}/messages", form, { params: { wa_id: way.phone } }));
}

export function tap(phone: string, wish: Tap): Promise<boolean> {
  return act(phone, api.post("/phones/{wa_id}/taps", wish, { params: { wa_id: phone } }));
}

/** Play a voice message: the business is told the first time. */
export function played(phone: string, messageId: string): Promise<boolean> {
  return act(phone, api.post("/phones/{wa_id}/played", { message_id: messageId }, { params: { wa_id: phone } }));
}

/** Read everything that has come. */
export function readAll(phone: string): Promise<boolean> {
  return act(phone, api.post("/phones/{wa_id}/read", {}, { params: { wa_id: phone } }));
}

export function changePhone(phone: string, change: PhoneChange): Promise<boolean> {
  return act(phone, api.patch("/phones/{wa_id}", change, { params: { wa_id: phone } }));
}

/** Return which kind a chosen file is sent as. */
export function kindOf(file: File): FileKind {
  if (/^image\/(jpeg|png)$/.test(file.type)) return "image";
  if (/^video\/(mp4|3gpp)$/.test(file.type)) return "video";
  if (file.type.startsWith("audio/")) return "audio";
  return "document";
}

function write(way: Way, message: Members): Promise<boolean> {
  const wish = { ...to(way), ...message };
  return act(way.phone, api.post("/phones/{wa_id}/messages", wish as never, { params: { wa_id: way.phone } }));
}

function to(way: Way): Members {
  return { ...(way.number && { number: way.number }), ...(way.reply && { context: { id: way.reply } }) };
}

/** Voice messages are Opus in Ogg; a browser calls such a file by its container only. */
function mimeOf(kind: FileKind, file: File): string {
  if (kind === "voice") return "audio/ogg; codecs=opus";
  return file.type || "application/octet-stream";
}
