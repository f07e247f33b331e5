// What the gallery knows; it outlives the page.

import { computed, effect, signal } from "@preact/signals";
import { api, type Failure } from "../../api/client.ts";
import { type Changes, onChanges } from "../../api/live.ts";
import type { GalleryMedium, NumberView } from "../../api/types.ts";
import type { IconName } from "../../parts/Icon.tsx";
import { go, place, query } from "../../shell/router.ts";

interface State {
  readonly media: readonly GalleryMedium[] | null;
  /** Where to read on; null at the end. */
  readonly next: string | null;
  readonly reading: boolean;
  readonly failure: Failure | null;
}

const PAGE = 60;
/** How many pages are read to find a file that a link leads to. */
const SEEK = 20;

export const state = signal<State>({ media: null, next: null, reading: true, failure: null });
export const numbers = signal<readonly NumberView[]>([]);

/** The filters, as they stand in the address. */
export const filters = computed<Readonly<Record<string, string | undefined>>>(() => {
  const { number, type } = query.value;
  return { ...(number && { number }), ...(type && { type }) };
});

let asked = 0;
let shownFor = "";

export function startMedia(): () => void {
  void api.get("/numbers").then((found) => {
    if (found.ok) numbers.value = found.value.numbers;
  });
  const stops = [
    onChanges((changes) => concerns(changes) && void read()),
    effect(() => {
      const wanted = JSON.stringify(filters.value);
      if (!place.value.path.startsWith("/media")) return;
      if (wanted !== shownFor || state.peek().media === null) void read(wanted);
    }),
  ];
  void read();
  return () => stops.forEach((stop) => stop());
}

export function setFilter(name: string, value: string): void {
  go(place.peek().path, { ...filters.peek(), [name]: value || undefined }, true);
}

export function clearFilters(): void {
  go(place.peek().path, {}, true);
}

/** Read the newest anew, as many as are shown. */
export async function read(wanted = JSON.stringify(filters.peek())): Promise<void> {
  const ticket = (asked += 1);
  const anew = wanted !== shownFor;
  shownFor = wanted;
  const limit = anew ? PAGE : Math.min(1_000, Math.max(PAGE, state.peek().media?.length ?? 0));
  const found = await api.get("/media", { query: { ...filters.peek(), limit } });
  if (ticket !== asked) return;
  state.value = found.ok
    ? { media: found.value.media, next: found.value.next ?? null, reading: false, failure: null }
    : { ...state.peek(), reading: false, failure: found.failure };
}

export async function readMore(): Promise<void> {
  const { next, media } = state.peek();
  if (next === null || media === null) return;
  const ticket = asked;
  state.value = { ...state.peek(), reading: true };
  const found = await api.get("/media", { query: { ...filters.peek(), limit: PAGE, before: next } });
  if (ticket !== asked) return;
  state.value = found.ok
    ? { media: [...media, ...found.value.media], next: found.value.next ?? null, reading: false, failure: null }
    : { ...state.peek(), reading: false, failure: found.failure };
}

/** Read on until a file is there, or until it is clear that it is not. */
export async function seek(id: string): Promise<void> {
  for (let page = 0; page < SEEK; page += 1) {
    const { media, next } = state.peek();
    if (media?.some((each) => each.id === id || each.onprem_id === id) || next === null) return;
    await readMore();
  }
}

export function iconOf(type: string): IconName {
  const icons: Readonly<Record<string, IconName>> = {
    image: "image",
    video: "video",
    audio: "audio",
    sticker: "sticker",
    document: "document",
  };
  return icons[type] ?? "media";
}

/** Return how a file came here, in words. */
export function sourceWords(source: string): string {
  const words: Readonly<Record<string, string>> = {
    upload: "Uploaded by a program",
    link: "Fetched from a link",
    inbound: "Sent by a user",
    handle: "Example of a template",
  };
  return words[source] ?? source;
}

function concerns(changes: Changes): boolean {
  return changes.all || changes.world.includes("media") || changes.world.includes("reset");
}
