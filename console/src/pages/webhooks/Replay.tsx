// Dead letters: what was given up, delivered once more, the oldest first.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { DeliveryView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Loading } from "../../parts/EmptyState.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { toastFailure } from "../../parts/Toast.tsx";
import { filters } from "./state.ts";

const PAGE = 1_000;
const MOST = 5_000;

interface Found {
  readonly dead: readonly DeliveryView[];
  readonly more: boolean;
}

interface Progress {
  readonly done: number;
  readonly refused: readonly string[];
}

export function Replay({ beside }: { beside: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <span class={beside ? "webhook-beside" : ""}>
      <Button icon="refresh" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Replay dead letters
      </Button>
      {open && <ReplayDialog onClose={() => setOpen(false)} />}
    </span>
  );
}

function ReplayDialog({ onClose }: { onClose: () => void }) {
  const [found, setFound] = useState<Found | null>(null);
  const [asked, setAsked] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  if (!asked) {
    setAsked(true);
    void readDead().then((dead) => (dead ? setFound(dead) : onClose()));
  }
  const all = found?.dead.length ?? 0;
  const under = progress !== null && progress.done < all;
  const actions = (
    <>
      <Button onClick={onClose}>{progress && !under ? "Close" : "Cancel"}</Button>
      {(!progress || under) && (
        <Button manner="main" disabled={all === 0} busy={under} onClick={() => void replay(found?.dead ?? [], setProgress)}>
          {`Deliver ${all.toLocaleString()} again`}
        </Button>
      )}
    </>
  );
  return (
    <Dialog open title="Replay dead letters" onClose={onClose} actions={actions}>
      {!found ? <Loading label="Counting" /> : <Counted found={found} />}
      {progress && (
        <p role="status" class="nums">
          {progress.done.toLocaleString()} of {all.toLocaleString()} are on their way again.
        </p>
      )}
      {progress && progress.refused.length > 0 && (
        <Notice tone="bad" title={`${progress.refused.length.toLocaleString()} could not be`}>
          <p class="foreign">{progress.refused[0]}</p>
        </Notice>
      )}
    </Dialog>
  );
}

function Counted({ found: { dead, more } }: { found: Found }) {
  const filtered = filters.value.number || filters.value.kind || filters.value.message;
  const of = filtered ? " of the number, kind and message that the list is filtered by" : "";
  if (dead.length === 0) return <p>No delivery{of} was given up: there is nothing to replay.</p>;
  return (
    <>
      <p>
        <b class="nums">{`${dead.length.toLocaleString()}${more ? "+" : ""}`}</b> deliveries{of} were given up. They go out again in
        the order of their events, with the same ids and the same bytes, to where the webhook is set now.
      </p>
      {more && <p class="soft">The newest {MOST.toLocaleString()} are replayed; do it once more for the others.</p>}
      <p class="soft">Whoever was told some of this already is told again: a receiver knows it by its event id.</p>
    </>
  );
}

async function readDead(): Promise<Found | null> {
  const { number, kind, message } = filters.peek();
  const dead: DeliveryView[] = [];
  let before: string | null = null;
  do {
    const found: Awaited<ReturnType<typeof page>> = await page({ number, kind, message, before });
    if (!found.ok) {
      toastFailure(found.failure);
      return null;
    }
    dead.push(...found.value.deliveries);
    before = found.value.next;
  } while (before !== null && dead.length < MOST);
  return { dead, more: before !== null };
}

function page(query: Readonly<Record<string, string | null | undefined>>) {
  return api.get("/webhooks/deliveries", { query: { ...query, state: "dead", limit: PAGE } });
}

async function replay(dead: readonly DeliveryView[], tell: (progress: Progress) => void): Promise<void> {
  const refused: string[] = [];
  let done = 0;
  tell({ done, refused });
  for (const delivery of [...dead].reverse()) {
    const params = { delivery_id: delivery.id };
    const answer = await api.post("/webhooks/deliveries/{delivery_id}/redeliver", undefined, { params });
    if (!answer.ok) refused.push(answer.failure.sentence);
    done += 1;
    tell({ done, refused });
  }
}
