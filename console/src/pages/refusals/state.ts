// What the console knows of the requests that the server refused lately.

import { signal } from "@preact/signals";
import { api, type Failure } from "../../api/client.ts";
import { type Changes, onChanges } from "../../api/live.ts";
import type { RefusalView } from "../../api/types.ts";
import { toast, toastFailure } from "../../parts/Toast.tsx";

interface State {
  /** Newest first; null until they were read once. */
  readonly items: readonly RefusalView[] | null;
  /** How many more there were than the server keeps. */
  readonly forgotten: number;
  readonly failure: Failure | null;
}

/** More than the server keeps. */
const ALL = 1_000;
/** Between two readings, however many hints come. */
const REST_MS = 500;

export const state = signal<State>({ items: null, forgotten: 0, failure: null });
export const scroll = { current: 0 };

let readers = 0;
let stop: (() => void) | null = null;
let reading = false;
let again = false;

/** Read the list, and again whenever it changes, until the returned function is called. */
export function startRefusals(): () => void {
  readers += 1;
  stop ??= onChanges(follow);
  void read();
  return () => {
    readers -= 1;
    if (readers > 0) return;
    stop?.();
    stop = null;
  };
}

export function retry(): void {
  void read();
}

/** Forget all of them. */
export async function clear(): Promise<void> {
  const done = await api.delete("/refusals");
  if (!done.ok) return toastFailure(done.failure);
  toast("The refused requests are forgotten.");
  void read();
}

function follow(changes: Changes): void {
  if (changes.all || changes.world.includes("refusals") || changes.world.includes("reset")) void read();
}

async function read(): Promise<void> {
  again = true;
  if (reading) return;
  reading = true;
  while (again) {
    again = false;
    const found = await api.get("/refusals", { query: { limit: ALL } });
    if (found.ok) state.value = { items: found.value.refusals, forgotten: found.value.forgotten, failure: null };
    else if (found.failure.status !== 0) state.value = { ...state.peek(), failure: found.failure };
    await new Promise((done) => window.setTimeout(done, REST_MS));
  }
  reading = false;
}
