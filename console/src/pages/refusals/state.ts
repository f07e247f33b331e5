// What the console knows of the requests that the server refused lately; it outlives the page.

import { signal } from "@preact/signals";
import { api, mapped } from "../../api/client.ts";
import { announce, type Changes } from "../../api/live.ts";
import type { RefusalView } from "../../api/types.ts";
import { type LiveList, liveList } from "../../parts/liveList.ts";
import { toast, toastFailure } from "../../parts/Toast.tsx";

const REST_MS = 500;

/** How many more there were than the server keeps. */
export const forgotten = signal(0);

/** Those of the page. */
export const refusals: LiveList<RefusalView> = refused(["text", "face"], (path) => path.startsWith("/refusals"), 100);

/** The newest, whatever the page filters by: what other pages tell of them. */
export const newest: LiveList<RefusalView> = refused([], () => true, 50);

export function concernsRefusals({ all, world }: Changes): boolean {
  return all || world.includes("refusals") || world.includes("reset");
}

/** Forget all of them. */
export async function clear(): Promise<void> {
  const done = await api.delete("/refusals");
  if (!done.ok) return toastFailure(done.failure);
  toast("The refused requests are forgotten.");
  announce({ world: ["refusals"] });
}

function refused(filters: readonly string[], isAt: (path: string) => boolean, page: number): LiveList<RefusalView> {
  return liveList({
    words: ["refused request", "refused requests"],
    filters,
    isAt,
    page,
    rest: REST_MS,
    ask: async (query) => {
      const found = await api.get("/refusals", { query });
      if (found.ok) forgotten.value = found.value.forgotten;
      return mapped(found, ({ refusals: items, next }) => [items, next]);
    },
    concerns: concernsRefusals,
  });
}
