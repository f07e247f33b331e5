// What the page of webhooks knows: it outlives the page, so that the list is found again as it was left.

import { computed, effect, signal } from "@preact/signals";
import { api, type Failure } from "../../api/client.ts";
import { announce, type Changes, onChanges } from "../../api/live.ts";
import type { DeliveryView, NumberView } from "../../api/types.ts";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import { go, place, query } from "../../shell/router.ts";
import { withAsked, withMore, withTop } from "../messages/list.ts";

export const FILTERS = ["number", "state", "kind", "message"] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<Filter, string>>>;

interface State {
  readonly items: readonly DeliveryView[];
  /** Where to read on; null at the end. */
  readonly next: string | null;
  readonly reading: "first" | "more" | null;
  readonly failure: Failure | null;
}

const EMPTY: State = { items: [], next: null, reading: "first", failure: null };
const PAGE = 200;
/** So many are asked for one by one; of more the whole list is read anew. */
const MOST_ASKED = 12;

/** Between two readings, however many hints come. */
const REST_MS = 250;

export const state = signal<State>(EMPTY);
export const numbers = signal<readonly NumberView[] | null>(null);
/** How many wait of each number that is paused. */
export const waiting = signal<Readonly<Record<string, string>>>({});
export const scroll = { current: 0 };

export const paused = computed(() => (numbers.value ?? []).filter((number) => number.webhook_paused));

/** The filters, as they stand in the address. */
export const filters = computed<Filters>(() =>
  Object.fromEntries(FILTERS.flatMap((name) => (query.value[name] ? [[name, query.value[name]]] : []))),
);

let shownFor: string | null = null;
let asked = 0;
let told = new Set<string>();
let following = false;

/** Read what the filters ask for, and again whenever it changes, until the returned function is called. */
export function startDeliveries(): () => void {
  void readNumbers();
  const stops = [
    onChanges(follow),
    effect(() => {
      const wanted = JSON.stringify(filters.value);
      if (!place.value.path.startsWith("/webhooks")) return;
      if (wanted === shownFor) void readTop();
      else void readAnew(wanted);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Set one filter, or take it away; the address changes without a step to go back to. */
export function setFilter(name: Filter, value: string): void {
  go("/webhooks", { ...filters.peek(), [name]: value || undefined }, true);
}

export function clearFilters(): void {
  go("/webhooks", {}, true);
}

/** Read the part below what is shown, if there is one. */
export async function readMore(): Promise<void> {
  const { next, reading, items } = state.peek();
  if (next === null || reading) return;
  const ticket = asked;
  state.value = { ...state.peek(), reading: "more" };
  const found = await ask({ before: next });
  if (ticket !== asked) return;
  if (!found.ok) state.value = { ...state.peek(), reading: null, failure: found.failure };
  else {
    const more = withMore(state.peek().items, found.value.deliveries);
    const end = more.length === items.length && found.value.next === next;
    state.value = { items: more, next: end ? null : found.value.next, reading: null, failure: null };
  }
}

/** Read everything anew: after what could not be read. */
export function retry(): void {
  void readAnew(JSON.stringify(filters.peek()));
}

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

export async function readNumbers(): Promise<void> {
  const found = await api.get("/numbers");
  if (!found.ok) return;
  numbers.value = found.value.numbers;
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

async function readAnew(wanted: string): Promise<void> {
  const ticket = (asked += 1);
  const first = shownFor === null;
  shownFor = wanted;
  scroll.current = 0;
  state.value = first ? EMPTY : { ...state.peek(), reading: "first" };
  const found = await ask({});
  if (ticket !== asked) return;
  state.value = found.ok
    ? { items: found.value.deliveries, next: found.value.next, reading: null, failure: null }
    : { items: [], next: null, reading: null, failure: found.failure };
}

async function readTop(): Promise<void> {
  if (state.peek().reading === "first") return;
  const ticket = asked;
  const found = await ask({});
  if (ticket !== asked) return;
  if (!found.ok) {
    if (found.failure.status !== 0) state.value = { ...state.peek(), failure: found.failure };
    return; // when nobody answers, what was read stays: the navigation says that the server is gone
  }
  const before = state.peek();
  const { items, touches } = withTop(before.items, found.value.deliveries);
  state.value = { ...before, items, next: touches ? before.next : found.value.next, failure: null };
}

/** Hints come ten times a second under load: what they name is gathered while the last reading is under way. */
function follow(changes: Changes): void {
  if (changes.world.includes("numbers") || changes.all) void readNumbers();
  if (changes.all || changes.world.includes("reset")) return void readTop();
  changes.deliveries.forEach((id) => told.add(id));
  if (told.size > 0 && !following) void followAll();
}

async function followAll(): Promise<void> {
  following = true;
  try {
    while (told.size > 0) {
      const ids = told;
      told = new Set();
      await readTop();
      await readBelow([...ids].filter((id) => state.peek().items.findIndex((each) => each.id === id) >= PAGE));
      await countWaiting();
      await new Promise((done) => window.setTimeout(done, REST_MS));
    }
  } finally {
    following = false;
  }
}

/** Read those anew that stand below the first page. */
async function readBelow(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  if (ids.length > MOST_ASKED) return readAnew(JSON.stringify(filters.peek()));
  const ticket = asked;
  const found = await Promise.all(
    ids.map((id) => api.get("/webhooks/deliveries/{delivery_id}", { params: { delivery_id: id } })),
  );
  if (ticket !== asked) return;
  const there = found.flatMap((each) => (each.ok && fits(each.value) ? [each.value] : []));
  state.value = { ...state.peek(), items: withAsked(state.peek().items, ids, there) };
}

/** Whether a delivery is still what the filters ask for; only its state can change. */
function fits(delivery: DeliveryView): boolean {
  return !filters.peek().state || filters.peek().state === delivery.state;
}

function ask(more: Readonly<Record<string, string>>) {
  return api.get("/webhooks/deliveries", { query: { ...filters.peek(), limit: PAGE, ...more } });
}
