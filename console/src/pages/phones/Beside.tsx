// What lies beside a phone that is alone on the table: what the business may do with its user, and further phones.

import { useEffect, useState } from "preact/hooks";
import { platformNow } from "../../api/clock.ts";
import { api } from "../../api/client.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { spanWords } from "../../parts/moments.ts";
import { href } from "../../shell/router.ts";
import { type Window, windowsOf } from "../clock/windows.ts";
import { addPhone, knownOf, others, take } from "./state.ts";

const LOOKED_AT = 50;
const MOST = 8;

export function Beside({ waId }: { waId: string }) {
  return (
    <aside class="phone-beside" aria-label="Beside the phone">
      <User waId={waId} />
      <Others />
    </aside>
  );
}

function User({ waId }: { waId: string }) {
  const { view } = knownOf(waId).value;
  const windows = useWindows(waId);
  if (!view) return null;
  const state = view.blocked ? "Has blocked the business" : view.online ? "Online" : "Offline: messages wait";
  return (
    <section class="card" aria-label="What the business may send">
      <h2>What the business may send</h2>
      {windows.length === 0 && <p class="soft">Templates only: the user has not written yet, so no window is open.</p>}
      {windows.map((window) => (
        <Standing key={window.number} window={window} named={windows.length > 1} />
      ))}
      <Facts
        facts={[
          ["The user", state],
          ["Marketing", view.marketing && view.marketing_stopped.length === 0 ? "Taken" : "Stopped"],
          ["Reads", view.reads ? "At once" : "When somebody opens the chat"],
          ["Traffic", <a href={href("/messages", { phone: waId })}>Its messages</a>],
        ]}
      />
    </section>
  );
}

function Standing({ window, named }: { window: Window; named: boolean }) {
  const left = window.closesAt - platformNow.value;
  return (
    <p>
      <Badge tone={left > 0 ? "good" : "plain"}>{left > 0 ? "window open" : "window closed"}</Badge>{" "}
      {left > 0 ? `Anything, for another ${spanWords(left)}` : `Templates only, since ${spanWords(left)}`}{" "}
      {named && <span class="faint nums">from {window.number}</span>}
    </p>
  );
}

function Others() {
  return (
    <section class="card" aria-label="Another phone beside it">
      <h2>Another phone beside it</h2>
      <p class="soft">Several phones lie side by side: see how the business answers each.</p>
      <ul>
        {others.value.slice(0, MOST).map((phone) => (
          <li key={phone.wa_id}>
            <button type="button" class="phone-other" onClick={() => take(phone.wa_id)}>
              <span class="chat-face" aria-hidden="true">
                {phone.name.charAt(0).toUpperCase() || "#"}
              </span>
              <span class="grow">
                <b class="foreign">{phone.name}</b> <span class="soft nums">+{phone.wa_id}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {others.value.length === 0 && (
        <Button icon="plus" onClick={() => void addPhone()}>
          Add one
        </Button>
      )}
    </section>
  );
}

/** The windows of a user, one a number; read again as the chat goes on. */
function useWindows(waId: string): readonly Window[] {
  const [found, setFound] = useState<readonly Window[]>([]);
  const { list } = knownOf(waId).value;
  useEffect(() => {
    let gone = false;
    void api.get("/messages", { query: { phone: waId, direction: "inbound", limit: LOOKED_AT } }).then((answer) => {
      if (!gone && answer.ok) setFound(windowsOf(answer.value.messages));
    });
    return () => {
      gone = true;
    };
  }, [waId, list]);
  return found;
}
