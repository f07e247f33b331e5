// What lies beside the phone that is looked at: what the business may do with its user, further phones, and what the
// webhook is told of the user. With several phones on the table it is `named`, so that it is clear which one.

import { useEffect, useState } from "preact/hooks";
import { platformNow } from "../../api/clock.ts";
import { api } from "../../api/client.ts";
import { onChanges } from "../../api/live.ts";
import type { DeliveryView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { spanWords } from "../../parts/moments.ts";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import { type Window, windowsOf } from "../clock/windows.ts";
import { attemptsWord, deliveryTone, deliveryWord, eventWord } from "../webhooks/words.ts";
import { addPhone, knownOf, numbers, others, take } from "./state.ts";

const LOOKED_AT = 50;
const MOST = 6;
const TOLD_OF = 200;
const MOST_TOLD = 12;
const AGAIN_MS = 300;

export function Beside({ waId, named }: { waId: string; named: boolean }) {
  const name = knownOf(waId).value.view?.name;
  const whose = named && name ? name : null;
  return (
    <aside class="phone-beside" aria-label="Beside the phone">
      <User waId={waId} whose={whose} />
      <Others />
      <Told waId={waId} whose={whose} />
    </aside>
  );
}

interface CardProps {
  waId: string;
  /** The name of the user, where more than one phone lies on the table. */
  whose: string | null;
}

function User({ waId, whose }: CardProps) {
  const { view } = knownOf(waId).value;
  const windows = useWindows(waId);
  if (!view) return null;
  const state = view.blocked ? "Has blocked the business" : view.online ? "Online" : "Offline: messages wait";
  return (
    <section class="card" aria-label="What the business may send">
      <h2>What the business may send{whose && <Whose preposition="to" name={whose} />}</h2>
      {windows.length === 0 && <p class="soft">Templates only: the user has not written yet, so no window is open.</p>}
      {windows.map((window) => (
        <Standing key={window.number} window={window} named={windows.length > 1} />
      ))}
      <Facts
        facts={[
          ["User", state],
          ["Marketing", view.marketing && view.marketing_stopped.length === 0 ? "Accepted" : "Stopped"],
          ["Reads", view.reads ? "At once" : "When the chat is opened"],
          ["Traffic", <a href={href("/messages", { phone: waId })}>Messages of this user</a>],
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
    <section class="card" aria-label="Other phones">
      <h2>Other phones</h2>
      {others.value.length === 0 && <p class="soft">None yet. Phones open side by side.</p>}
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

function Whose({ preposition, name }: { preposition: string; name: string }) {
  return (
    <>
      {` ${preposition} `}
      <span class="foreign">{name}</span>
    </>
  );
}

function Told({ waId, whose }: CardProps) {
  const told = useTold(waId);
  if (!told) return null;
  return (
    <section class="card phone-told" aria-label="What the webhook was told">
      <h2>What the webhook was told{whose && <Whose preposition="of" name={whose} />}</h2>
      {told.length === 0 && <Untold />}
      <ul>
        {told.map((delivery) => (
          <li key={delivery.id}>
            <a class="row-link" href={href(`/webhooks/${encodeURIComponent(delivery.id)}`)}>
              <Badge tone={deliveryTone(delivery)}>{deliveryWord(delivery, false)}</Badge>
              <span class="clip">{eventWord(delivery)}</span>
              <span class="soft nums clip">{attemptsWord(delivery)}</span>
              <span class="faint nums">
                <Time at={delivery.at} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Untold() {
  if (numbers.value.some((number) => number.webhook)) {
    return <p class="soft">Nothing of this user lately. Write something, and see it delivered.</p>;
  }
  return (
    <p class="soft">
      No webhook is set, so nobody is told. <a href={href("/webhooks/endpoints")}>Set a webhook</a>
    </p>
  );
}

/** The last deliveries about a user, out of the newest of all; read again as they go on. */
function useTold(waId: string): readonly DeliveryView[] | null {
  const [found, setFound] = useState<readonly DeliveryView[] | null>(null);
  useEffect(() => {
    let gone = false;
    let timer: number | undefined;
    const read = async (): Promise<void> => {
      const answer = await api.get("/webhooks/deliveries", { query: { limit: TOLD_OF } });
      if (gone || !answer.ok) return;
      setFound(answer.value.deliveries.filter((each) => each.wa_id === waId).slice(0, MOST_TOLD));
    };
    const soon = (): void => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        void read();
      }, AGAIN_MS);
    };
    void read();
    const stop = onChanges((changes) => {
      if (changes.all || changes.deliveries.length > 0 || changes.world.includes("reset")) soon();
    });
    return () => {
      gone = true;
      stop();
      window.clearTimeout(timer);
    };
  }, [waId]);
  return found;
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
