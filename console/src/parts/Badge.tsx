// A word with a colour that says how it is meant.

import type { ComponentChildren } from "preact";
import "./data.css";

export type Tone = "plain" | "good" | "wait" | "bad" | "info";

/** A short word: a state, a kind. The word says it; the colour only helps. */
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A number of things, next to what they are. */
export function Count({ of }: { of: number }) {
  return <span class="count nums">{of.toLocaleString()}</span>;
}
