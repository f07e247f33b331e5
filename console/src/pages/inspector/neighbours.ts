// The messages before and after one: in the list as it was left, or else in the user's conversation.

import { api } from "../../api/client.ts";
import { messages } from "../messages/state.ts";

export interface Neighbours {
  readonly newer: string | null;
  readonly older: string | null;
}

const NONE: Neighbours = { newer: null, older: null };
const LOOKED_AT = 200;

/** Return them; the list is newest first. */
export async function neighboursOf(id: string, phone: string): Promise<Neighbours> {
  const listed = beside(messages.state.peek().items, id);
  if (listed) return listed;
  const found = await api.get("/messages", { query: { phone, limit: LOOKED_AT } });
  return (found.ok && beside(found.value.messages, id)) || NONE;
}

/** What stands above and below in a list; null if it is not in it. */
export function beside(items: readonly { readonly id: string }[], id: string): Neighbours | null {
  const at = items.findIndex((item) => item.id === id);
  return at < 0 ? null : { newer: items[at - 1]?.id ?? null, older: items[at + 1]?.id ?? null };
}
