// Things to press.

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon.tsx";
import "./controls.css";

type Manner = "plain" | "main" | "quiet" | "danger";

/** What of the button's own attributes may be given. */
interface Native {
  type?: "button" | "submit";
  /** The id of the form that it sends, where it stands outside of it. */
  form?: string;
  disabled?: boolean;
  id?: string;
  onClick?: (event: MouseEvent) => void;
  "aria-haspopup"?: "dialog" | "menu";
  "aria-expanded"?: boolean;
  "aria-controls"?: string;
}

interface ButtonProps extends Native {
  manner?: Manner;
  icon?: IconName;
  /** Something is under way: the button waits and says so. */
  busy?: boolean;
  class?: string;
  children: ComponentChildren;
}

/** A button with words. `manner="main"` stands out, at most once a view. */
export function Button({ manner = "plain", icon, busy = false, disabled, children, class: extra, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} class={`button ${manner} ${extra ?? ""}`} disabled={busy || disabled} aria-busy={busy}>
      {busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} size={16} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps extends Native {
  icon: IconName;
  /** What it does, in words: read out, and shown when pointed at. */
  label: string;
  pressed?: boolean;
  class?: string;
}

/** A button that is only a drawing. */
export function IconButton({ icon, label, pressed, class: extra, ...rest }: IconButtonProps) {
  return (
    <button type="button" title={label} {...rest} class={`icon-button ${extra ?? ""}`} aria-label={label} aria-pressed={pressed}>
      <Icon name={icon} />
    </button>
  );
}

interface LinkButtonProps {
  to: string;
  icon?: IconName;
  manner?: Manner;
  /** Save what is there, under this name. */
  download?: string;
  children: ComponentChildren;
}

/** A link that looks like a button: for what goes somewhere. */
export function LinkButton({ to, icon, manner = "plain", download, children }: LinkButtonProps) {
  return (
    <a class={`button ${manner}`} href={to} download={download}>
      {icon && <Icon name={icon} size={16} />}
      <span>{children}</span>
    </a>
  );
}
