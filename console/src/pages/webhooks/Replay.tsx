// What was given up, or what else the list is filtered by, delivered once more, the oldest first.

import { useState } from "preact/hooks";
import { type Answer, api, type Body, type Failure, type Result } from "../../api/client.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Loading } from "../../parts/EmptyState.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { toastFailure } from "../../parts/Toast.tsx";
import { href } from "../../shell/router.ts";
import { deliveries } from "./state.ts";
import { filterWords } from "./words.ts";

/** What can be replayed, by its state: how it is called, and what became of it. */
const REPLAYED: Readonly<Record<string, readonly [name: string, fate: string]>> = {
  dead: ["dead letters", "given up"],
  dropped: ["what was dropped", "dropped"],
  cancelled: ["what was cancelled", "cancelled"],
  done: ["what was delivered", "delivered"],
};

interface Found {
  readonly dead: number;
  readonly nowhere: number;
}

interface Progress {
  readonly done: number;
  readonly ended: boolean;
  readonly failure: Failure | null;
}

export function Replay() {
  const [open, setOpen] = useState(false);
  const { state = "dead" } = deliveries.filters.value;
  const [name] = REPLAYED[state] ?? [];
  if (!name) return null; // what waits goes out by itself
  return (
    <>
      <Button icon="refresh" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Replay {name}
      </Button>
      {open && <ReplayDialog title={`Replay ${name}`} onClose={() => setOpen(false)} />}
    </>
  );
}

function ReplayDialog({ title, onClose }: { title: string; onClose: () => void }) {
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
      <Button onClick={onClose}>{found && (all === 0 || progress?.ended) ? "Close" : "Cancel"}</Button>
      {all > 0 && (!progress || under) && (
        <Button manner="main" busy={under} onClick={() => void replay(setProgress)}>
          {`Deliver ${all.toLocaleString()} again`}
        </Button>
      )}
    </>
  );
  return (
    <Dialog open title={title} onClose={onClose} actions={actions}>
      {!found ? <Loading label="Counting" /> : <Counted found={found} onClose={onClose} />}
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

function Counted({ found: { dead, nowhere }, onClose }: { found: Found; onClose: () => void }) {
  const filters = deliveries.filters.value;
  const only = filterWords(filters);
  const { state = "dead" } = filters;
  const fate = REPLAYED[state]?.[1] ?? state;
  if (dead + nowhere === 0) {
    return <p>{`No delivery ${only && `of ${only} `}was ${fate}: there is nothing to replay.`}</p>;
  }
  return (
    <>
      <p>
        <b class="nums">{manyWords(dead + nowhere)}</b> {fate}.{" "}
        <a href={href("/webhooks", { ...filters, state })} onClick={onClose}>
          See which
        </a>
      </p>
      {only && <p>{`Only those of ${only} are counted, as the list is filtered.`}</p>}
      {dead > 0 && (
        <p>
          {nowhere > 0 && <b class="nums">{`${dead.toLocaleString()} of them: `}</b>}
          They go out again in the order of their events, with the same ids and the same bytes, to where the webhook is set now.
        </p>
      )}
      {nowhere > 0 && <p>{`${nowhere.toLocaleString()} cannot: there is no webhook now where they went.`}</p>}
      {dead > 0 && <p class="soft">Whoever was told some of this already is told again: a receiver knows it by its event id.</p>}
    </>
  );
}

function manyWords(count: number): string {
  return count === 1 ? "1 delivery was" : `${count.toLocaleString()} deliveries were`;
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

type Wish = Body<"/webhooks/deliveries/redeliver", "post">;
type Step = Result<Answer<"/webhooks/deliveries/redeliver", "post">>;

function step(after: string | null, dryRun: boolean): Promise<Step> {
  const { number, kind, message, state = "dead" } = deliveries.filters.peek();
  const of = { ...(number && { number }), ...(kind && { kind }), ...(message && { message }), ...(after && { after }) };
  return api.post("/webhooks/deliveries/redeliver", { state, dry_run: dryRun, ...of } as Wish);
}
