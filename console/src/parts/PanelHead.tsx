// The head of what is chosen of a list: its title, what can be done with it, and the way back to the list.

import type { ComponentChildren } from "preact";
import { Icon } from "./Icon.tsx";
import "./split.css";

interface PanelHeadProps {
  /** None while it is not known, or is there no more. */
  title?: ComponentChildren;
  about?: ComponentChildren;
  actions?: ComponentChildren;
  /** Where the list is, as it was filtered; what the link is called. */
  close: { readonly to: string; readonly label: string };
}

/** A cross where the list lies beside it; an arrow, and the head of the page, where there is room for one of the two. */
export function PanelHead({ title, about, actions, close }: PanelHeadProps) {
  return (
    <header class="panel-head">
      <div class="panel-title">
        {title && <h2 class="foreign">{title}</h2>}
        {about && <div class="panel-about row wrap">{about}</div>}
      </div>
      {actions && <div class="panel-actions">{actions}</div>}
      <a class="icon-button panel-close" href={close.to} aria-label={close.label} title={close.label}>
        <Icon name="close" />
        <Icon name="left" />
      </a>
    </header>
  );
}
