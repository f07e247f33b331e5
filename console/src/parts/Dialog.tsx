// What asks for attention above the page: a dialog in the middle, or a sheet from an edge.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Button, IconButton } from "./Button.tsx";
import "./overlay.css";

interface DialogProps {
  open: boolean;
  title: string;
  /** Called by Escape, the cross, and a press beside it. */
  onClose: () => void;
  /** `sheet`: from below on small screens, from the right on large ones. */
  manner?: "dialog" | "sheet";
  /** Buttons at the bottom, the main one last. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** The browser's own dialog: focus stays in it and goes back when it closes. */
export function Dialog({ open, title, onClose, manner = "dialog", actions, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const there = box.current;
    if (!open || !there) return;
    const before = document.activeElement;
    there.showModal();
    return () => {
      there.close();
      // The browser gives the focus back only if the dialog is still in the page, and by now it has been taken out.
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={box}
      class={manner}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === box.current && onClose()}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id={id} class="grow">
            {title}
          </h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        <div class="dialog-body">{children}</div>
        {actions && <footer class="dialog-foot">{actions}</footer>}
      </div>
    </dialog>
  );
}

export function Sheet(props: Omit<DialogProps, "manner">) {
  return <Dialog {...props} manner="sheet" />;
}

interface ConfirmProps {
  open: boolean;
  title: string;
  /** What it will do, and what cannot be undone. */
  children: ComponentChildren;
  verb: string;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Ask before something that cannot be undone. */
export function Confirm({ open, title, children, verb, busy = false, onConfirm, onClose }: ConfirmProps) {
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button manner="danger" busy={busy} onClick={onConfirm}>
        {verb}
      </Button>
    </>
  );
  return (
    <Dialog open={open} title={title} onClose={onClose} actions={actions}>
      {children}
    </Dialog>
  );
}
