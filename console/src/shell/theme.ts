// Light or dark: as the system is, or as was chosen here; the choice is kept in this browser.

import { computed, effect, signal } from "@preact/signals";

export type Choice = "auto" | "light" | "dark";

const KEY = "waypost.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);

export const choice = signal<Choice>(remembered());

/** What is shown. */
export const theme = computed(() => (choice.value === "auto" ? (systemIsDark.value ? "dark" : "light") : choice.value));

/** Show it, from here on. */
export function startTheme(): void {
  system.addEventListener("change", (event) => {
    systemIsDark.value = event.matches;
  });
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
  });
}

/** Choose, and remember it. */
export function choose(wanted: Choice): void {
  choice.value = wanted;
  try {
    window.localStorage.setItem(KEY, wanted);
  } catch {
    // A browser that keeps nothing shows it until it is closed.
  }
}

function remembered(): Choice {
  try {
    const kept = window.localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto";
  }
}
