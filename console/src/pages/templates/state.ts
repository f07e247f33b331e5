// What the page of templates knows; it outlives the page.

import { computed, signal } from "@preact/signals";
import { api, type Failure } from "../../api/client.ts";
import { announce, type Changes, onChanges } from "../../api/live.ts";
import type { AccountView, NumberView, TemplateView } from "../../api/types.ts";
import type { Tone } from "../../parts/Badge.tsx";
import { filtering } from "../../parts/filters.ts";
import { href } from "../../shell/router.ts";

/** What the list is filtered by. */
export const filtered = filtering(["text", "account", "status", "category", "quality", "language"]);
export const { filters } = filtered;

interface State {
  readonly templates: readonly TemplateView[] | null;
  readonly accounts: readonly AccountView[];
  readonly numbers: readonly NumberView[];
  readonly failure: Failure | null;
}

export const state = signal<State>({ templates: null, accounts: [], numbers: [], failure: null });

export const shown = computed(() => (state.value.templates ?? []).filter((each) => fits(each, filters.value)));

export function startTemplates(): () => void {
  void read();
  return onChanges(follow);
}

/** Read everything anew. */
export async function read(): Promise<void> {
  const [templates, accounts, numbers] = await Promise.all([api.get("/templates"), api.get("/accounts"), api.get("/numbers")]);
  const before = state.peek();
  state.value = {
    templates: templates.ok ? templates.value.templates : before.templates,
    accounts: accounts.ok ? accounts.value.accounts : before.accounts,
    numbers: numbers.ok ? numbers.value.numbers : before.numbers,
    failure: templates.ok ? null : templates.failure,
  };
}

/** Show at once what was changed here. */
export async function changed(): Promise<void> {
  announce({ world: ["templates"] });
  await read();
}

export function statusTone(status: string): Tone {
  const tones: Readonly<Record<string, Tone>> = {
    APPROVED: "good",
    PENDING: "info",
    IN_APPEAL: "info",
    PAUSED: "wait",
    FLAGGED: "wait",
    LIMIT_EXCEEDED: "wait",
    REJECTED: "bad",
    DISABLED: "bad",
    LOCKED: "bad",
  };
  return tones[status] ?? "plain";
}

export function qualityTone(quality: string): Tone {
  return ({ GREEN: "good", YELLOW: "wait", RED: "bad" } as const)[quality] ?? "plain";
}

/** Return a name of the API as people write it: "Utility", "In appeal". */
export function wordOf(name: string): string {
  const words = name.replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function qualityWord(quality: string): string {
  return { GREEN: "High", YELLOW: "Medium", RED: "Low", UNKNOWN: "Not known yet" }[quality] ?? wordOf(quality);
}

function fits(template: TemplateView, wanted: Readonly<Record<string, string | undefined>>): boolean {
  const { text, account, status, category, quality, language } = wanted;
  const words = `${template.name} ${JSON.stringify(template.components)}`.toLowerCase();
  return (
    (!text || words.includes(text.toLowerCase())) &&
    (!account || template.waba_id === account) &&
    (!status || template.status === status) &&
    (!category || template.category === category) &&
    (!quality || template.quality === quality) &&
    (!language || template.language === language)
  );
}

function follow(changes: Changes): void {
  const told = ["templates", "accounts", "numbers", "reset", "clock"];
  if (changes.all || changes.world.some((each) => told.includes(each))) void read();
}

/** The way from one template to all of them. */
export function toTemplates(): { to: string; label: string } {
  return { to: href("/templates", filters.value), label: "Close the template" };
}
