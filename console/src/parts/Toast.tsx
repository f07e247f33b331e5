// Short words on what has just been done, at the edge of the page.

import { signal } from "@preact/signals";
import type { Failure } from "../api/client.ts";
import { IconButton } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import "./overlay.css";

export type ToastTone = "good" | "bad" | "plain";

interface Shown {
  readonly id: number;
  readonly text: string;
  readonly tone: ToastTone;
}

const LIFE_MS = { good: 4_000, plain: 4_000, bad: 10_000 };

const shown = signal<readonly Shown[]>([]);
let last = 0;

/** Say something; what failed stays longer. */
export function toast(text: string, tone: ToastTone = "good"): void {
  const id = (last += 1);
  shown.value = [...shown.value, { id, text, tone }].slice(-4);
  window.setTimeout(() => dismiss(id), LIFE_MS[tone]);
}

/** Say why something could not be done. */
export function toastFailure(failure: Failure): void {
  toast(failure.sentence, "bad");
}

function dismiss(id: number): void {
  shown.value = shown.value.filter((each) => each.id !== id);
}

/** Where they appear; once in the frame. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((each) => (
        <div key={each.id} class={`toast ${each.tone}`}>
          <Icon name={each.tone === "bad" ? "warning" : each.tone === "good" ? "check" : "info"} size={16} />
          <span class="grow foreign">{each.text}</span>
          <IconButton icon="close" label="Dismiss" onClick={() => dismiss(each.id)} />
        </div>
      ))}
    </div>
  );
}
