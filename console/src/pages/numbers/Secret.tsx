// What is told only once.

import { Button } from "../../parts/Button.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Notice } from "../../parts/Notice.tsx";

interface Props {
  title: string;
  /** What each secret is, and the secret. */
  secrets: readonly (readonly [name: string, secret: string])[];
  onClose: () => void;
}

export function Secrets({ title, secrets, onClose }: Props) {
  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      actions={
        <Button manner="main" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      <Notice tone="wait" title="This is shown once">
        <p>Copy it now; afterwards nobody can read it any more, only make another.</p>
      </Notice>
      {secrets.map(([name, secret]) => (
        <div key={name} class="secret">
          <span class="field-label">{name}</span>
          <span class="row">
            <code class="secret-value grow">{secret}</code>
            <Copy text={secret} label={`Copy: ${name}`}>
              Copy
            </Copy>
          </span>
        </div>
      ))}
    </Dialog>
  );
}
