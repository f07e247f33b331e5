// A line about something that went wrong, which leads to the reason.

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon.tsx";
import "./data.css";

interface TroubleLineProps {
  href: string;
  icon: IconName;
  /** Of the page: how far its line is from its edges. */
  class: string;
  children: ComponentChildren;
}

export function TroubleLine({ href, icon, class: place, children }: TroubleLineProps) {
  return (
    <a class={`trouble-line ${place}`} href={href}>
      <Icon name={icon} size={16} />
      {children}
      <span class="trouble-line-go">
        See why <Icon name="right" size={14} />
      </span>
    </a>
  );
}
