// What the page of webhooks knows: it outlives the page.

import { computed, signal } from "@preact/signals";
import { api, mapped } from "../../api/client.ts";
import { announce } from "../../api/live.ts";
import type { DeliveryView } from "../../api/types.ts";
import { type LiveList, liveList } from "../../parts/liveList.ts";
import { numbers, readNumbers } from "../../parts/numbers.ts";
import { toast, toastFailure } from "../../parts/Toast.tsx";

const PAGE = 200;
/** So many are asked for one by one; of more the whole list is read anew. */
const MOST_ASKED = 12;
const REST_MS = 250;

/** How many wait of each number that is paused. */
export const waiting = signal<Readonly<Record<string, string>>>({});

export const paused = computed(() => (numbers.value ?? []).filter((number) => number.webhook_paused));

export const deliveries: LiveList<DeliveryView> = liveList({
  words: ["delivery", "deliveries"],
  filters: ["number", "state", "kind", "message"],
  isAt: (path) => path.startsWith("/webhooks"),
  page: PAGE,
  ask: async (query) => mapped(await api.get("/webhooks/deliveries", { query }), (found) => [found.deliveries, found.next]),
  beside: (changes) => (!changes || changes.all || changes.world.includes("numbers")) && void readPaused(),
  named: (changes) => changes.deliveries,
  rest: REST_MS,
  catchUp: async (ids) => {
    await deliveries.readTop();
    const { items } = deliveries.state.peek();
    await readBelow(ids.filter((id) => items.findIndex((each) => each.id === id) >= PAGE));
    await countWaiting();
  },
});

/** Let a number's webhooks wait, or let them go on. */
export async function pause(number: string, wanted: boolean): Promise<void> {
  const done = await api.patch("/numbers/{phone_number_id}", { webhook_paused: wanted }, { params: { phone_number_id: number } });
  if (!done.ok) return toastFailure(done.failure);
  toast(wanted ? `Webhooks of ${number} wait from now on; nothing is lost.` : `Webhooks of ${number} go on.`);
  announce({ world: ["numbers"] });
}

/** Deliver an event once more. */
export async function redeliver(id: string): Promise<boolean> {
  const done = await api.post("/webhooks/deliveries/{delivery_id}/redeliver", undefined as never, { params: { delivery_id: id } });
  if (!done.ok) toastFailure(done.failure);
  else announce({ deliveries: [id] });
  return done.ok;
}

export async function readPaused(): Promise<void> {
  await readNumbers();
  await countWaiting();
}

async function countWaiting(): Promise<void> {
  const counted = await Promise.all(
    paused.peek().map(async ({ phone_number_id: number }) => {
      const found = await api.get("/webhooks/deliveries", { query: { number, state: "waiting", limit: 1_000 } });
      if (!found.ok) return [number, ""] as const;
      return [number, `${found.value.deliveries.length.toLocaleString()}${found.value.next ? "+" : ""}`] as const;
    }),
  );
  waiting.value = Object.fromEntries(counted);
}

/** Read those anew that stand below the first page. */
async function readBelow(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  if (ids.length > MOST_ASKED) return deliveries.readAnew();
  await deliveries.renew(ids, async () => {
    const found = await Promise.all(
      ids.map((id) => api.get("/webhooks/deliveries/{delivery_id}", { params: { delivery_id: id } })),
    );
    return { ok: true, value: found.flatMap((each) => (each.ok && fits(each.value) ? [each.value] : [])) };
  });
}

/** Whether a delivery is still what the filters ask for; only its state can change. */
function fits(delivery: DeliveryView): boolean {
  const { state } = deliveries.filters.peek();
  return !state || state === delivery.state;
}
