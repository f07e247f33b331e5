// A few sentences that belong to what stands around them.

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon.tsx";
import type { Tone } from "./Badge.tsx";
import "./layout.css";

const MARKS: Readonly<Record<Tone, IconName>> = { plain: "info", info: "info", good: "check", wait: "clock", bad: "warning" };

export function Notice({ tone = "plain", title, children }: { tone?: Tone; title?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <Icon name={MARKS[tone]} />
      <div class="grow">
        {title && <p class="notice-title">{title}</p>}
        {children}
      </div>
    </div>
  );
}
