// A list that lives: read part by part, newest first, as the filters in the address ask, and in step with the server.
// It lives outside its page, which finds it again as it was left.

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Failure, Result } from "../api/client.ts";
import { type Changes, onChanges } from "../api/live.ts";
import { place } from "../shell/router.ts";
import { type Filtering, filtering } from "./filters.ts";
import { type Listed, withAsked, withMore, withTop } from "./list.ts";

interface State<T> {
  readonly items: readonly T[];
  /** Where to read on; null at the end. */
  readonly next: string | null;
  readonly reading: "first" | "more" | null;
  readonly failure: Failure | null;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** A part of the list, and where to read on; null at the end. */
type Part<T> = readonly [items: readonly T[], next: string | null | undefined];

interface Wish<T> {
  /** What one of them is called, and several. */
  readonly words: readonly [one: string, many: string];
  readonly filters: readonly string[];
  /** Whether the list is shown at a path. */
  readonly isAt: (path: string) => boolean;
  readonly ask: (query: Query) => Promise<Result<Part<T>>>;
  /** How many are read at once. */
  readonly page?: number;
  /** How many are read again from the top, of how many there are; a page if nothing is said. */
  readonly again?: (count: number) => number;
  /** Those of the changes that are in the list, by their ids. */
  readonly named?: (changes: Changes) => readonly string[];
  /** Read those anew that have changed. */
  readonly catchUp?: (ids: readonly string[]) => Promise<void>;
  /** Read what else the page shows: all of it as the page opens, then what changes of it. */
  readonly beside?: (changes: Changes | null) => unknown;
  /** Whether changes that name none of the list ask for another look at its top. */
  readonly concerns?: (changes: Changes) => boolean;
  /** Milliseconds between two readings, however many hints come: under load ten a second. */
  readonly rest?: number;
}

export interface LiveList<T extends Listed> extends Filtering {
  readonly words: readonly [one: string, many: string];
  readonly state: ReadonlySignal<State<T>>;
  /** Where it was scrolled to. */
  readonly scroll: { current: number };
  /** Read, and follow what changes, until the returned function is called. */
  readonly start: () => () => void;
  /** Read the part below what is shown, if there is one. */
  readonly readMore: () => Promise<void>;
  /** Look at the top again: what is further down stays if the two touch. */
  readonly readTop: () => Promise<void>;
  /** Read everything anew: after what could not be read. */
  readonly readAnew: () => Promise<void>;
  /** Put in its place what `find` finds of some ids; what it does not find goes. False if that was overtaken. */
  readonly renew: (ids: readonly string[], find: () => Promise<Result<readonly T[]>>) => Promise<boolean>;
}

export function liveList<T extends Listed>(wish: Wish<T>): LiveList<T> {
  const { page = 200, again = () => page } = wish;
  const filters = filtering(wish.filters);
  const state = signal<State<T>>({ items: [], next: null, reading: "first", failure: null });
  const scroll = { current: 0 };
  let shownFor: string | null = null;
  let ticket = 0; // what was asked for under another one comes too late
  // What changes is gathered while an earlier change is read.
  let told = new Set<string>();
  let toldOfTop = false;
  let catching = false;

  const ask = (limit: number, before?: string) => wish.ask({ ...filters.filters.peek(), limit, before });

  async function readAnew(): Promise<void> {
    const mine = (ticket += 1);
    shownFor = JSON.stringify(filters.filters.peek());
    scroll.current = 0;
    state.value = { ...state.peek(), reading: "first" };
    const found = await ask(page);
    if (mine !== ticket) return;
    const [items, next = null] = found.ok ? found.value : [[], null];
    state.value = { items, next, reading: null, failure: found.ok ? null : found.failure };
    if (items.length === 0) await readMore(); // a search goes through the rows in parts, and some have nothing
  }

  async function readTop(): Promise<void> {
    if (state.peek().reading === "first") return;
    const mine = ticket;
    const found = await ask(again(state.peek().items.length));
    if (mine !== ticket) return;
    const before = state.peek();
    if (!found.ok) {
      if (found.failure.status !== 0) state.value = { ...before, failure: found.failure };
      return; // when nobody answers, what was read stays: the navigation says that the server is gone
    }
    const [top, next] = found.value;
    const { items, touches } = next ? withTop(before.items, top) : { items: top, touches: false };
    const same = items.length === before.items.length && isSame(top, before.items.slice(0, top.length));
    if (same && !before.failure) return;
    state.value = { ...before, items, next: touches ? before.next : (next ?? null), failure: null };
  }

  async function readMore(): Promise<void> {
    const { next, reading } = state.peek();
    if (next === null || reading) return;
    const mine = ticket;
    state.value = { ...state.peek(), reading: "more" };
    const found = await ask(page, next);
    if (mine !== ticket) return;
    const { items: before } = state.peek();
    if (!found.ok) {
      state.value = { ...state.peek(), reading: null, failure: found.failure };
      return;
    }
    const [more, on = null] = found.value;
    const items = withMore(before, more);
    const end = items.length === before.length && on === next;
    state.value = { items, next: end ? null : on, reading: null, failure: null };
    if (items.length === before.length) await readMore();
  }

  async function renew(ids: readonly string[], find: () => Promise<Result<readonly T[]>>): Promise<boolean> {
    const mine = ticket;
    const found = await find();
    if (mine !== ticket || !found.ok) return false;
    state.value = { ...state.peek(), items: withAsked(state.peek().items, ids, found.value) };
    return true;
  }

  function follow(changes: Changes): void {
    wish.beside?.(changes);
    if (changes.all || changes.world.includes("reset") || wish.concerns?.(changes)) toldOfTop = true;
    else wish.named?.(changes).forEach((id) => told.add(id));
    if (!catching) void catchUp();
  }

  async function catchUp(): Promise<void> {
    catching = true;
    try {
      while (toldOfTop || told.size > 0) {
        const [top, ids] = [toldOfTop, [...told]];
        [toldOfTop, told] = [false, new Set()];
        if (top) await readTop();
        if (ids.length > 0) await wish.catchUp?.(ids);
        if (wish.rest) await new Promise((done) => window.setTimeout(done, wish.rest));
      }
    } finally {
      catching = false;
    }
  }

  function start(): () => void {
    wish.beside?.(null);
    const stops = [
      onChanges(follow),
      effect(() => {
        const wanted = JSON.stringify(filters.filters.value);
        if (wish.isAt(place.value.path)) void (wanted === shownFor ? readTop() : readAnew());
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  return { ...filters, words: wish.words, state, scroll, start, readMore, readTop, readAnew, renew };
}

function isSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
