// What changes on the server, as it changes: hints from server-sent events, or every two seconds "look again" where
// there are none.

import { signal } from "@preact/signals";
import { BASE, session } from "./client.ts";

export type World = "clock" | "rules" | "numbers" | "templates" | "accounts" | "media" | "reset" | (string & {});

/** What has changed; with `all` nothing is named and everything may have. */
export interface Changes {
  readonly messages: readonly string[];
  readonly deliveries: readonly string[];
  readonly phones: readonly string[];
  readonly world: readonly World[];
  readonly all: boolean;
}

export const EVERYTHING: Changes = { messages: [], deliveries: [], phones: [], world: [], all: true };

const POLL_MS = 2_000;
const RETRY_MS = 15_000;

/** `live`: events come; `polling`: the page looks every two seconds; `lost`: the server does not answer. */
export const feedState = signal<"starting" | "live" | "polling" | "lost">("starting");

type Listener = (changes: Changes) => void;

const listeners = new Set<Listener>();
let source: EventSource | null = null;
let poll: number | undefined;
let retry: number | undefined;

/** Call `listener` with whatever changes, until the returned function is called. */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tell every listener, as if the server had: after a change of one's own that must show at once. */
export function announce(changes: Partial<Changes>): void {
  const told = { ...EVERYTHING, all: false, ...changes };
  for (const listener of [...listeners]) listener(told);
}

/** Begin to listen; the end of the session ends it. */
export function startFeed(): void {
  if (source) return;
  const opened = new EventSource(`${BASE}/feed`);
  source = opened;
  opened.addEventListener("open", () => {
    stopPolling();
    feedState.value = "live";
  });
  opened.addEventListener("changes", (event) => announce(changesOf((event as MessageEvent<string>).data)));
  opened.addEventListener("error", () => {
    // While the state is "connecting" the browser tries again by itself; "closed" means that it never will.
    if (opened.readyState === EventSource.CLOSED) again();
    else feedState.value = "lost";
    startPolling();
  });
}

/** Stop listening. */
export function stopFeed(): void {
  source?.close();
  source = null;
  stopPolling();
  window.clearTimeout(retry);
  feedState.value = "starting";
}

export function changesOf(data: string): Changes {
  try {
    return { ...EVERYTHING, all: false, ...(JSON.parse(data) as Partial<Changes>) };
  } catch {
    return EVERYTHING;
  }
}

function again(): void {
  source?.close();
  source = null;
  window.clearTimeout(retry);
  retry = window.setTimeout(() => session.peek() === "open" && startFeed(), RETRY_MS);
}

function startPolling(): void {
  if (poll !== undefined) return;
  poll = window.setInterval(look, POLL_MS);
}

function stopPolling(): void {
  if (poll === undefined) return;
  window.clearInterval(poll);
  poll = undefined;
  announce(EVERYTHING); // what happened between the last look and the first event
}

async function look(): Promise<void> {
  if (document.hidden) return;
  try {
    const answer = await fetch("/health");
    feedState.value = answer.ok ? "polling" : "lost";
  } catch {
    feedState.value = "lost";
    return;
  }
  if (session.peek() === "open") announce(EVERYTHING);
}
