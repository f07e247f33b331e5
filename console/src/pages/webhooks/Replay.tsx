// Dead letters: what was given up, delivered once more, the oldest first.

import { useState } from "preact/hooks";
import { type Answer, api, type Failure, type Result } from "../../api/client.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Loading } from "../../parts/EmptyState.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { toastFailure } from "../../parts/Toast.tsx";
import { deliveries } from "./state.ts";

interface Found {
  readonly dead: number;
  readonly nowhere: number;
}

interface Progress {
  readonly done: number;
  readonly ended: boolean;
  readonly failure: Failure | null;
}

export function Replay({ beside }: { beside: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <span class={beside ? "split-wide" : ""}>
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
    void count().then((dead) => (dead ? setFound(dead) : onClose()));
  }
  const all = found?.dead ?? 0;
  const under = progress !== null && !progress.ended;
  const actions = (
    <>
      <Button onClick={onClose}>{progress && !under ? "Close" : "Cancel"}</Button>
      {(!progress || under) && (
        <Button manner="main" disabled={all === 0} busy={under} onClick={() => void replay(setProgress)}>
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
      {progress?.failure && (
        <Notice tone="bad" title="The others could not be">
          <p class="foreign">{progress.failure.sentence}</p>
        </Notice>
      )}
    </Dialog>
  );
}

function Counted({ found: { dead, nowhere } }: { found: Found }) {
  const { number, kind, message } = deliveries.filters.value;
  const filtered = number || kind || message;
  const of = filtered ? " of the number, kind and message that the list is filtered by" : "";
  if (dead + nowhere === 0) return <p>No delivery{of} was given up: there is nothing to replay.</p>;
  return (
    <>
      <p>
        <b class="nums">{dead.toLocaleString()}</b> deliveries{of} were given up. They go out again in the order of their events,
        with the same ids and the same bytes, to where the webhook is set now.
      </p>
      {nowhere > 0 && (
        <p>
          <b class="nums">{nowhere.toLocaleString()}</b> others stay as they are: their number has no such webhook now.
        </p>
      )}
      <p class="soft">Whoever was told some of this already is told again: a receiver knows it by its event id.</p>
    </>
  );
}

async function count(): Promise<Found | null> {
  let found: Found = { dead: 0, nowhere: 0 };
  let after: string | null = null;
  do {
    const counted: Step = await step(after, true);
    if (!counted.ok) {
      toastFailure(counted.failure);
      return null;
    }
    const { deliveries: more, nowhere } = counted.value;
    found = { dead: found.dead + more, nowhere: found.nowhere + nowhere };
    after = counted.value.next;
  } while (after !== null);
  return found;
}

/** Deliver again in steps, the oldest first. */
async function replay(tell: (progress: Progress) => void): Promise<void> {
  let done = 0;
  let after: string | null = null;
  tell({ done, ended: false, failure: null });
  do {
    const made: Step = await step(after, false);
    if (!made.ok) return tell({ done, ended: true, failure: made.failure });
    done += made.value.deliveries;
    after = made.value.next;
    tell({ done, ended: after === null, failure: null });
  } while (after !== null);
}

type Step = Result<Answer<"/webhooks/deliveries/redeliver", "post">>;

function step(after: string | null, dryRun: boolean): Promise<Step> {
  const { number, kind, message } = deliveries.filters.peek();
  const of = { ...(number && { number }), ...(kind && { kind }), ...(message && { message }), ...(after && { after }) };
  return api.post("/webhooks/deliveries/redeliver", { state: "dead", dry_run: dryRun, ...of });
}
