// What the page of numbers, tokens and accounts knows; it outlives the page.

import { signal } from "@preact/signals";
import { api, type Failure, type Result } from "../../api/client.ts";
import { announce, type Changes, onChanges } from "../../api/live.ts";
import type { AccountView, NumberDetail, NumberView, TokenView } from "../../api/types.ts";
import { toast, toastFailure } from "../../parts/Toast.tsx";

interface State {
  readonly numbers: readonly NumberView[] | null;
  readonly tokens: readonly TokenView[];
  readonly accounts: readonly AccountView[];
  readonly failure: Failure | null;
}

export const state = signal<State>({ numbers: null, tokens: [], accounts: [], failure: null });
/** The numbers as the platform regards them, as far as they were asked for. */
export const details = signal<Readonly<Record<string, NumberDetail>>>({});

export function startNumbers(): () => void {
  void read();
  return onChanges(follow);
}

/** Read everything anew. */
export async function read(): Promise<void> {
  const [numbers, tokens, accounts] = await Promise.all([api.get("/numbers"), api.get("/tokens"), api.get("/accounts")]);
  const before = state.peek();
  state.value = {
    numbers: numbers.ok ? numbers.value.numbers : before.numbers,
    tokens: tokens.ok ? tokens.value.tokens : before.tokens,
    accounts: accounts.ok ? accounts.value.accounts : before.accounts,
    failure: numbers.ok ? null : numbers.failure,
  };
  await Promise.all((state.peek().numbers ?? []).map((number) => readDetail(number.phone_number_id)));
}

export async function readDetail(id: string): Promise<void> {
  const found = await api.get("/numbers/{phone_number_id}", { params: { phone_number_id: id } });
  if (found.ok) details.value = { ...details.peek(), [id]: found.value };
}

/** Do something, say what came of it, and show it at once; null if it was refused. */
export async function act<T>(done: Promise<Result<T>>, words: string): Promise<T | null> {
  const result = await done;
  if (!result.ok) {
    toastFailure(result.failure);
    return null;
  }
  toast(words);
  announce({ world: ["numbers"] });
  await read();
  return result.value;
}

/** Return what a name of the API says to people: "TIER_2K" is "2K users a day". */
export function tierWord(tier: string): string {
  const users = tier.replace("TIER_", "").toLowerCase();
  return users === "unlimited" ? "Unlimited users a day" : `${users.replace("k", ",000")} users a day`;
}

function follow(changes: Changes): void {
  const told = ["numbers", "accounts", "reset", "webhooks"];
  if (changes.all || changes.world.some((each) => told.includes(each))) void read();
}
