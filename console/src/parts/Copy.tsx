// To the clipboard.

import { useRef, useState } from "preact/hooks";
import { toast } from "./Toast.tsx";
import { Icon } from "./Icon.tsx";
import "./controls.css";

const SAID_MS = 1_500;

/** Put text into the clipboard; false if the browser does not let us. */
export async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // pages over plain http on another host have no clipboard of their own
  }
}

/** A button that copies. Without children it is only a drawing, and `label` says what is copied. */
export function Copy({ text, label = "Copy", children }: { text: string | (() => string); label?: string; children?: string }) {
  const [done, setDone] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  const copy = async (): Promise<void> => {
    const copied = await toClipboard(typeof text === "string" ? text : text());
    if (!copied) return toast("The browser did not allow copying.", "bad");
    setDone(true);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setDone(false), SAID_MS);
  };
  return (
    <button
      type="button"
      class={children ? "button" : "icon-button small"}
      title={label}
      aria-label={children ? undefined : label}
      onClick={() => void copy()}
    >
      <Icon name={done ? "check" : "copy"} size={15} />
      {children && <span>{children}</span>}
      <span class="unseen" role="status">
        {done ? "Copied" : ""}
      </span>
    </button>
  );
}

function copyBySelection(text: string): boolean {
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "unseen";
  document.body.append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  return copied;
}
