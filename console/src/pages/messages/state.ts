// What the page of messages knows: it outlives the page.

import { api, mapped } from "../../api/client.ts";
import type { MessageView } from "../../api/types.ts";
import { inParts } from "../../parts/list.ts";
import { type LiveList, liveList, type Query } from "../../parts/liveList.ts";
import { readNumbers } from "../../parts/numbers.ts";

const IDS_IN_A_URL = 80; // the line of a request has room for a hundred

export const messages: LiveList<MessageView> = liveList({
  words: ["message", "messages"],
  filters: ["text", "phone", "direction", "type", "status", "number", "error"],
  isAt: (path) => path === "/messages" || path === "/",
  ask: async (query) => mapped(await ask(query), (found) => [found.messages, found.next]),
  beside: (changes) => (!changes || changes.world.includes("numbers")) && void readNumbers(),
  named: (changes) => changes.messages,
  catchUp: async (told) => {
    for (const ids of inParts(told, IDS_IN_A_URL)) {
      const query = { ...messages.filters.peek(), ids: ids.join(",") };
      const done = await messages.renew(ids, async () => mapped(await ask(query), (found) => found.messages));
      if (!done) return;
    }
  },
});

function ask(query: Query) {
  return api.get("/messages", { query });
}
