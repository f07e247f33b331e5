// What the page of messages knows: it outlives the page, so that the list is found again as it was left.

import { computed, effect, signal } from "@preact/signals";
import { api, type Failure } from "../../api/client.ts";
import { type Changes, onChanges } from "../../api/live.ts";
import type { MessageList, MessageView, NumberView } from "../../api/types.ts";
import { go, place, query } from "../../shell/router.ts";
import { inParts, withAsked, withMore, withTop } from "./list.ts";

export const FILTERS = ["text", "phone", "direction", "type", "status", "number", "error"] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<Filter, string>>>;

interface State {
  readonly items: readonly MessageView[];
  /** Where to read on; null at the end. */
  readonly next: string | null;
  readonly reading: "first" | "more" | null;
  readonly failure: Failure | null;
}

const EMPTY: State = { items: [], next: null, reading: "first", failure: null };
const PAGE = 200;
const IDS_IN_A_URL = 80; // the line of a request has room for a hundred

export const state = signal<State>(EMPTY);
export const numbers = signal<readonly NumberView[]>([]);
export const scroll = { current: 0 };

/** The filters, as they stand in the address. */
export const filters = computed<Filters>(() =>
  Object.fromEntries(FILTERS.flatMap((name) => (query.value[name] ? [[name, query.value[name]]] : []))),
);

let shownFor: string | null = null;
let asked = 0;

/** Read what the filters ask for, and again whenever it changes, until the returned function is called. */
export function startMessages(): () => void {
  void readNumbers();
  const stops = [
    onChanges((changes) => void follow(changes)),
    effect(() => {
      const wanted = JSON.stringify(filters.value);
      if (place.value.path !== "/messages" && place.value.path !== "/") return;
      if (wanted === shownFor) void readTop();
      else void readAnew(wanted);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Set one filter, or take it away; the address changes without a step to go back to. */
export function setFilter(name: Filter, value: string): void {
  go("/messages", { ...filters.peek(), [name]: value || undefined }, true);
}

export function clearFilters(): void {
  go("/messages", {}, true);
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
    const more = withMore(state.peek().items, found.value.messages);
    const end = more.length === items.length && nextOf(found.value) === next;
    state.value = { items: more, next: end ? null : nextOf(found.value), reading: null, failure: null };
  }
}

/** Read everything anew: after what could not be read. */
export function retry(): void {
  void readAnew(JSON.stringify(filters.peek()));
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
    ? { items: found.value.messages, next: nextOf(found.value), reading: null, failure: null }
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
  const { items, touches } = withTop(before.items, found.value.messages);
  if (same(items, before.items) && !before.failure) return;
  state.value = { ...before, items, next: touches ? before.next : nextOf(found.value), failure: null };
}

async function follow(changes: Changes): Promise<void> {
  if (changes.all || changes.world.includes("reset")) return readTop();
  if (changes.world.includes("numbers")) void readNumbers();
  if (changes.messages.length === 0) return;
  const ticket = asked;
  for (const ids of inParts(changes.messages, IDS_IN_A_URL)) {
    const found = await ask({ ids: ids.join(",") });
    if (ticket !== asked || !found.ok) return;
    state.value = { ...state.peek(), items: withAsked(state.peek().items, ids, found.value.messages) };
  }
}

async function readNumbers(): Promise<void> {
  const found = await api.get("/numbers");
  if (found.ok) numbers.value = found.value.numbers;
}

function ask(more: Readonly<Record<string, string>>) {
  return api.get("/messages", { query: { ...filters.peek(), limit: PAGE, ...more } });
}

function nextOf(list: MessageList & { next?: string | null }): string | null {
  return list.next ?? null;
}

function same(one: readonly MessageView[], other: readonly MessageView[]): boolean {
  return one.length === other.length && JSON.stringify(one) === JSON.stringify(other);
}
