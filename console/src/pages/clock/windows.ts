// Customer service windows, worked out from who wrote when: plain functions, so that they can be tested.

import type { MessageView } from "../../api/types.ts";

export const WINDOW_MS = 24 * 3_600_000;

export interface Window {
  readonly waId: string;
  readonly number: string;
  /** When the user wrote last, and when the window closes. */
  readonly wroteAt: number;
  readonly closesAt: number;
}

type Heard = Pick<MessageView, "wa_id" | "phone_number_id" | "at" | "type">;

/** Return a window for each user and number that they have written to, the one that closes last first. */
export function windowsOf(messages: readonly Heard[]): readonly Window[] {
  const found = new Map<string, Window>();
  for (const { wa_id: waId, phone_number_id: number, at, type } of messages) {
    if (type === "system") continue; // WhatsApp wrote it, not the user
    const wroteAt = Date.parse(at);
    const key = `${waId} ${number}`;
    if (wroteAt <= (found.get(key)?.wroteAt ?? -Infinity)) continue;
    found.set(key, { waId, number, wroteAt, closesAt: wroteAt + WINDOW_MS });
  }
  return [...found.values()].sort((one, other) => other.closesAt - one.closesAt);
}

/** Return a moment as an input of the type datetime-local holds it, to the second. */
export function inputOf(at: number): string {
  const here = new Date(at - 60_000 * new Date(at).getTimezoneOffset());
  return here.toISOString().slice(0, 19);
}
