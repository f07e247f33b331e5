// Names and what they are.

import type { ComponentChildren } from "preact";
import "./data.css";

export type Fact = readonly [name: string, value: ComponentChildren];

/** A few facts of one thing; those that are null, undefined or false are left out. */
export function Facts({ facts }: { facts: readonly (Fact | null | undefined | false)[] }) {
  return (
    <dl class="facts">
      {facts
        .filter((fact): fact is Fact => !!fact)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="foreign">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
