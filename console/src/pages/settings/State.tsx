// Everything that is stored: taken out, put back, or thrown away.

import { useId, useState } from "preact/hooks";
import { addressOf, api } from "../../api/client.ts";
import { announce, EVERYTHING } from "../../api/live.ts";
import { Button, LinkButton } from "../../parts/Button.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { Switch } from "../../parts/Field.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { sizeWords } from "../../parts/moments.ts";
import { Notice } from "../../parts/Notice.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";

export function State() {
  return (
    <section class="card stack" aria-label="The state">
      <h2>The state</h2>
      <Export />
      <Import />
      <Reset />
    </section>
  );
}

function Export() {
  const [files, setFiles] = useState(true);
  return (
    <div class="state-part">
      <div class="grow">
        <h3>Export</h3>
        <p class="soft">
          One file with everything: numbers, templates, phones, messages, webhooks that wait, the clock. Fault rules are not in it.
          App secrets are, as they are: keep it as you keep those.
        </p>
        <Switch label="With the bytes of media" checked={files} onChange={setFiles} />
      </div>
      <LinkButton to={addressOf("/snapshot", {}, { media: files })} icon="download" download="waypost-state.json">
        Export
      </LinkButton>
    </div>
  );
}

function Import() {
  const [file, setFile] = useState<File | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const id = useId();
  const put = async (): Promise<void> => {
    if (!file) return;
    setBusy(true);
    const done = await api.file("/snapshot", file);
    setBusy(false);
    setFile(null);
    if (!done.ok) return setError(done.failure.sentence);
    const { numbers, messages, media_missing: missing } = done.value;
    const lost = missing > 0 ? ` ${missing.toLocaleString()} files were not in it and are gone.` : "";
    toast(`${numbers.toLocaleString()} numbers and ${messages.toLocaleString()} messages are there.${lost}`);
    announce(EVERYTHING);
  };
  return (
    <div class="state-part">
      <div class="grow">
        <h3>Import</h3>
        <p class="soft">What was taken out replaces everything that is here, and goes on as after a restart.</p>
        {error && <Notice tone="bad" title={error} />}
      </div>
      <label class="button state-file" for={id}>
        <Icon name="upload" size={16} />
        <span>Import</span>
        <input
          id={id}
          class="unseen"
          type="file"
          accept="application/json,.json"
          onChange={(event) => {
            setFile(event.currentTarget.files?.[0] ?? null);
            setError(null);
            event.currentTarget.value = ""; // the same file can be chosen once more
          }}
        />
      </label>
      <Confirm
        open={file !== null}
        title="Replace everything"
        verb="Replace it"
        busy={busy}
        onConfirm={() => void put()}
        onClose={() => !busy && setFile(null)}
      >
        <p class="foreign">
          Everything that is stored here goes, and what is in {file?.name} ({sizeWords(file?.size ?? 0)}) takes its place. A file
          that does not fit changes nothing.
        </p>
      </Confirm>
    </div>
  );
}

function Reset() {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const reset = async (): Promise<void> => {
    setBusy(true);
    const done = await api.post("/reset", undefined);
    setBusy(false);
    setAsking(false);
    if (!done.ok) return toastFailure(done.failure);
    toast("Everything is as it was after the first start.");
    announce(EVERYTHING);
  };
  return (
    <div class="state-part">
      <div class="grow">
        <h3>Start over</h3>
        <p class="soft">Back to the start: no messages, media, rules or changed phones, and the machine's own time.</p>
      </div>
      <Button manner="danger" icon="trash" aria-haspopup="dialog" onClick={() => setAsking(true)}>
        Reset
      </Button>
      <Confirm
        open={asking}
        title="Go back to the start"
        verb="Reset everything"
        busy={busy}
        onConfirm={() => void reset()}
        onClose={() => !busy && setAsking(false)}
      >
        <p>
          Messages, files, webhooks that wait, fault rules, further numbers, templates and phones are deleted. It cannot be undone:
          export the state first if you may want it back.
        </p>
      </Confirm>
    </div>
  );
}
