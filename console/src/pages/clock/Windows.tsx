// The customer service windows of those who have written lately.

import { useCallback, useEffect, useState } from "preact/hooks";
import { platformNow } from "../../api/clock.ts";
import { api } from "../../api/client.ts";
import { onChanges } from "../../api/live.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { spanWords } from "../../parts/moments.ts";
import { href } from "../../shell/router.ts";
import { WINDOW_MS, type Window, windowsOf } from "./windows.ts";

const LOOKED_AT = 500;
const MOST = 12;
const AGAIN_MS = 1_000;

export function Windows({ move }: { move: (seconds: number) => Promise<boolean> }) {
  const found = useWindows();
  if (!found) return null;
  const named = new Set(found.map((window) => window.number)).size > 1;
  return (
    <section class="card" aria-label="Windows">
      <h2>Customer service windows</h2>
      {found.length === 0 ? (
        <p class="soft">
          No user has written yet. A window opens when one does: let a <a href={href("/phones")}>phone</a> write.
        </p>
      ) : (
        <ul class="clock-windows">
          {found.slice(0, MOST).map((window) => (
            <Row key={`${window.waId} ${window.number}`} window={window} named={named} move={move} />
          ))}
        </ul>
      )}
      {found.length > MOST && <p class="faint">Of {found.length.toLocaleString()}, those that close last.</p>}
    </section>
  );
}

interface RowProps {
  window: Window;
  /** Whether it says which number the window is to. */
  named: boolean;
  move: (seconds: number) => Promise<boolean>;
}

function Row({ window, named, move }: RowProps) {
  const left = window.closesAt - platformNow.value;
  const open = left > 0 && left <= WINDOW_MS;
  return (
    <li>
      <span class="clock-who">
        <a class="nums" href={href(`/phones/${window.waId}`)}>
          +{window.waId}
        </a>
        {named && <span class="faint nums">to {window.number}</span>}
      </span>
      {open ? <Badge tone="good">open</Badge> : <Badge tone="plain">closed</Badge>}
      <span class="soft nums">{open ? `${spanWords(left)} left` : `since ${spanWords(left)}`}</span>
      {open && (
        <Button manner="quiet" onClick={() => void move(Math.ceil(left / 1000) + 1)}>
          Skip past
        </Button>
      )}
    </li>
  );
}

/** Read who wrote lately, and again at most every second while messages come. */
function useWindows(): readonly Window[] | null {
  const [found, setFound] = useState<readonly Window[] | null>(null);
  const read = useCallback(async () => {
    const answer = await api.get("/messages", { query: { direction: "inbound", limit: LOOKED_AT } });
    if (answer.ok) setFound(windowsOf(answer.value.messages));
  }, []);
  useEffect(() => {
    let timer: number | undefined;
    void read();
    const stop = onChanges((changes) => {
      const about = changes.all || changes.messages.length > 0 || changes.world.includes("reset");
      if (about && timer === undefined) {
        timer = window.setTimeout(() => {
          timer = undefined;
          void read();
        }, AGAIN_MS);
      }
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [read]);
  return found;
}
