// The business's numbers, for the pages that only name them or filter by them.

import { signal } from "@preact/signals";
import { api } from "../api/client.ts";
import type { NumberView } from "../api/types.ts";
import type { Choice } from "./FilterBar.tsx";

/** As they were last read; null before. */
export const numbers = signal<readonly NumberView[] | null>(null);

export async function readNumbers(): Promise<void> {
  const found = await api.get("/numbers");
  if (found.ok) numbers.value = found.value.numbers;
}

/** The filter by number, where there are several. */
export function numberChoice(): readonly Choice[] {
  const all = numbers.value ?? [];
  const options = all.map(({ phone_number_id: value, name }) => ({ value, label: `${value} · ${name}` }));
  return all.length > 1 ? [{ name: "number", label: "Number", any: "Every number", options }] : [];
}
