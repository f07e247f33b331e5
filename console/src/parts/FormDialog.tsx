// A form above the page: filled in, sent, and gone if nothing was wrong.

import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import type { Failure, Result } from "../api/client.ts";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { Notice } from "./Notice.tsx";
import { submitted } from "./submitted.ts";

interface FormDialogProps<T> {
  title: string;
  /** What the button that sends it is called. */
  verb: string;
  /** Whether it can be sent as it is filled in. */
  ready?: boolean;
  onSend: () => Promise<Result<T>>;
  /** What happens when it was taken. */
  onDone: (value: T) => void;
  onClose: () => void;
  children: ComponentChildren;
}

export function FormDialog<T>({ title, verb, ready = true, onSend, onDone, onClose, children }: FormDialogProps<T>) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const send = async (): Promise<void> => {
    if (!ready || busy) return;
    setBusy(true);
    setFailure(null);
    const done = await onSend();
    setBusy(false);
    if (done.ok) onDone(done.value);
    else setFailure(done.failure);
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" form={id} manner="main" busy={busy} disabled={!ready}>
        {verb}
      </Button>
    </>
  );
  return (
    <Dialog open title={title} onClose={onClose} actions={actions}>
      <form id={id} class="stack" onInput={() => setFailure(null)} onSubmit={submitted(send)}>
        {failure && <Notice tone="bad" title={failure.sentence} />}
        {children}
      </form>
    </Dialog>
  );
}
