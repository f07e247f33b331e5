// The head of a step, with what belongs to it.

import type { ComponentChildren } from "preact";

interface HeadProps {
  what: ComponentChildren;
  mark?: ComponentChildren;
  children?: ComponentChildren;
}

export function Head({ what, mark, children }: HeadProps) {
  return (
    <div class="story-body">
      <h3>
        {what} {mark}
      </h3>
      {children}
    </div>
  );
}
