// What the page of phones knows: which phones lie on the table, and what each shows. It outlives the page.

import { computed, effect, type Signal, signal } from "@preact/signals";
import { api, type Failure, type Result } from "../../api/client.ts";
import { announce, type Changes, onChanges } from "../../api/live.ts";
import type { NumberView, PhoneView, ReceivedList } from "../../api/types.ts";
import { toastFailure } from "../../parts/Toast.tsx";

const KEPT = "waypost.phones";
const LIMIT = 300;
const FIRST_NEW = 15_550_001_111;

/** What is known of one phone. */
export interface Known {
  readonly view: PhoneView | null;
  readonly list: ReceivedList | null;
  readonly failure: Failure | null;
}

export const numbers = signal<readonly NumberView[]>([]);
export const phones = signal<readonly PhoneView[]>([]);
/** The phones that lie side by side, by their number; kept in the browser. */
export const open = signal<readonly string[]>(kept());
/** Whether it is known by now which phones there are: before, an empty table says nothing. */
export const known = signal(false);
/** The phone that is in front where there is room for one only. */
export const front = signal<string | null>(null);

const knownPhones = new Map<string, Signal<Known>>();
const shownTurn = new Map<string, number>();
let turn = 0;

/** The phones that are not on the table. */
export const others = computed(() => phones.value.filter((phone) => !open.value.includes(phone.wa_id)));

/** Return what is known of a phone. */
export function knownOf(waId: string): Signal<Known> {
  const there = knownPhones.get(waId);
  if (there) return there;
  const made = signal<Known>({ view: null, list: null, failure: null });
  knownPhones.set(waId, made);
  return made;
}

/** Read what lies on the table, and again as it changes, until the returned function is called. */
export function startPhones(): () => void {
  void readAll(true);
  const stops = [onChanges(follow), effect(() => window.localStorage.setItem(KEPT, JSON.stringify(open.value)))];
  return () => stops.forEach((stop) => stop());
}

/** Put a phone on the table, in front. */
export function take(waId: string): void {
  if (!open.peek().includes(waId)) open.value = [...open.peek(), waId];
  front.value = waId;
  void readPhone(waId);
}

/** Take a phone from the table; it stays in the network. */
export function putAway(waId: string): void {
  open.value = open.peek().filter((each) => each !== waId);
  if (front.peek() === waId) front.value = open.peek()[0] ?? null;
}

/** Add a phone with the next free number. */
export async function addPhone(): Promise<void> {
  const there = new Set([...phones.peek().map((phone) => phone.wa_id), ...open.peek()]);
  let next = FIRST_NEW;
  while (there.has(String(next))) next += 1_111;
  const waId = String(next);
  const made = await api.patch("/phones/{wa_id}", { name: `Phone ${there.size + 1}` }, { params: { wa_id: waId } });
  if (!made.ok) return toastFailure(made.failure);
  await readPhones();
  take(waId);
}

/** Read one phone anew. An answer that is overtaken by that to a later question shows nothing. */
export async function readPhone(waId: string): Promise<void> {
  const own = (turn += 1);
  const params = { wa_id: waId };
  const [view, list] = await Promise.all([
    api.get("/phones/{wa_id}", { params }),
    api.get("/phones/{wa_id}/messages", { params, query: { limit: LIMIT } }),
  ]);
  if (own < (shownTurn.get(waId) ?? 0)) return;
  shownTurn.set(waId, own);
  const before = knownOf(waId).peek();
  const failure = [view, list].flatMap((each) => (each.ok ? [] : [each.failure]))[0] ?? null;
  knownOf(waId).value = { view: view.ok ? view.value : before.view, list: list.ok ? list.value : before.list, failure };
}

/** Do something with a phone, show what came of it at once, and say why if nothing did. */
export async function act<T>(waId: string, done: Promise<Result<T>>): Promise<boolean> {
  const result = await done;
  if (result.ok) announce({ phones: [waId] });
  else toastFailure(result.failure);
  return result.ok;
}

async function readAll(first: boolean): Promise<void> {
  await Promise.all([readNumbers(), readPhones()]);
  const shown = open.peek();
  if (first && shown.length === 0 && phones.peek()[0]) open.value = [phones.peek()[0]!.wa_id];
  front.value ??= open.peek()[0] ?? null;
  known.value = true;
  await Promise.all(open.peek().map(readPhone));
}

function follow(changes: Changes): void {
  if (changes.all || changes.world.includes("reset")) return void readAll(false);
  if (changes.world.includes("numbers")) void readNumbers();
  if (changes.phones.length > 0) void readPhones();
  for (const waId of open.peek()) {
    if (changes.phones.includes(waId)) void readPhone(waId);
  }
}

async function readNumbers(): Promise<void> {
  const found = await api.get("/numbers");
  if (found.ok) numbers.value = found.value.numbers;
}

async function readPhones(): Promise<void> {
  const found = await api.get("/phones");
  if (found.ok) phones.value = found.value.phones;
}

function kept(): readonly string[] {
  try {
    const found: unknown = JSON.parse(window.localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found.filter((each): each is string => /^\d{5,15}$/.test(String(each))) : [];
  } catch {
    return [];
  }
}
