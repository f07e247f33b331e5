// Platform time: the machine's, moved as the virtual clock is.

import { computed, signal } from "@preact/signals";
import { api } from "./client.ts";
import { onChanges } from "./live.ts";
import type { ClockView } from "./types.ts";

interface Reading {
  readonly view: ClockView;
  readonly takenAt: number;
}

const reading = signal<Reading | null>(null);
const second = signal(0);

/** What the server says of its clock; null until it has said something. */
export const clockView = computed(() => reading.value?.view ?? null);

/** Platform time in milliseconds, a second exact; whoever reads it in a component is drawn anew each second. */
export const platformNow = computed(() => {
  void second.value;
  return platformNowAt(reading.value, performance.now(), Date.now());
});

/** Ask the server for its clock now. */
export async function readClock(): Promise<void> {
  const found = await api.get("/clock");
  if (found.ok) reading.value = { view: found.value, takenAt: performance.now() };
}

/** Keep platform time right from here on. */
export function startClock(): void {
  window.setInterval(() => {
    if (!document.hidden) second.value += 1;
  }, 1_000);
  onChanges((changes) => {
    if (changes.all || changes.world.includes("clock") || changes.world.includes("reset")) void readClock();
  });
}

export function platformNowAt(taken: Reading | null, elapsed: number, machine: number): number {
  if (!taken) return machine;
  const then = Date.parse(taken.view.now);
  return taken.view.frozen ? then : then + (elapsed - taken.takenAt);
}
