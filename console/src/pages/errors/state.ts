// What the pages of errors know: the list is the same as long as the server runs.

import { signal } from "@preact/signals";
import { api, type Failure } from "../../api/client.ts";
import type { ErrorView } from "../../api/types.ts";

interface State {
  readonly errors: readonly ErrorView[] | null;
  readonly failure: Failure | null;
}

export const state = signal<State>({ errors: null, failure: null });

/** Read the list, unless it is there. */
export async function readErrors(): Promise<void> {
  if (state.peek().errors) return;
  const found = await api.get("/errors");
  state.value = found.ok
    ? { errors: [...found.value.errors].sort((one, other) => one.code - other.code), failure: null }
    : { errors: null, failure: found.failure };
}
