// Filters of a list, as they stand in the query of the address: a link leads to them, and the way back finds them again.

import { computed, type ReadonlySignal } from "@preact/signals";
import { go, place, query } from "../shell/router.ts";

export interface Filtering {
  /** Those that are set. */
  readonly filters: ReadonlySignal<Readonly<Record<string, string | undefined>>>;
  readonly isFiltered: ReadonlySignal<boolean>;
  /** Set one, or take it away; the address changes without a step to go back to. */
  readonly setFilter: (name: string, value: string) => void;
  readonly clearFilters: () => void;
}

export function filtering(names: readonly string[]): Filtering {
  const filters = computed(() =>
    Object.fromEntries(names.flatMap((name) => (query.value[name] ? [[name, query.value[name]]] : []))),
  );
  return {
    filters,
    isFiltered: computed(() => Object.keys(filters.value).length > 0),
    setFilter: (name, value) => go(place.peek().path, { ...filters.peek(), [name]: value || undefined }, true),
    clearFilters: () => go(place.peek().path, {}, true),
  };
}
