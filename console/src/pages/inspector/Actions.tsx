// What can be done with a message: look at its neighbours and its phone, send it and tell it again.

import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { DeliveryView, MessageDetail } from "../../api/types.ts";
import { Button, IconButton, LinkButton } from "../../parts/Button.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import { go, href } from "../../shell/router.ts";
import { type Neighbours, neighboursOf } from "./neighbours.ts";

export function Actions({ message }: { message: MessageDetail }) {
  const [busy, setBusy] = useState(false);
  const resend = async (): Promise<void> => {
    setBusy(true);
    const sent = await api.post("/messages/{message_id}/resend", undefined, { params: { message_id: message.id } });
    setBusy(false);
    if (!sent.ok) return toastFailure(sent.failure);
    toast("Sent again, as this new message.");
    go(placeOf(sent.value.id));
  };
  return (
    <>
      <LinkButton to={href(`/phones/${message.wa_id}`)} icon="phone">
        Show<span class="wide-only"> on the</span> phone
      </LinkButton>
      {message.direction === "outbound" && (
        <Button icon="send" busy={busy} onClick={() => void resend()}>
          Send again
        </Button>
      )}
      {message.deliveries.length > 0 && <RedeliverAll deliveries={message.deliveries} />}
    </>
  );
}

/** Deliver one event once more. */
export function Redeliver({ delivery }: { delivery: DeliveryView }) {
  const [busy, setBusy] = useState(false);
  const again = async (): Promise<void> => {
    setBusy(true);
    if (await redelivered(delivery)) toast("It is delivered again, with the same id and the same bytes.");
    setBusy(false);
  };
  return (
    <Button icon="refresh" busy={busy} onClick={() => void again()}>
      Redeliver
    </Button>
  );
}

/** Deliver several events once more, in their order. */
export function RedeliverAll({ deliveries, manner = "plain" }: { deliveries: readonly DeliveryView[]; manner?: "plain" | "main" }) {
  const [busy, setBusy] = useState(false);
  const many = deliveries.length;
  const again = async (): Promise<void> => {
    setBusy(true);
    let done = 0;
    for (const delivery of deliveries) {
      if (!(await redelivered(delivery))) break;
      done += 1;
    }
    if (done > 0) toast(done === 1 ? "1 webhook is delivered again." : `${done} webhooks are delivered again.`);
    setBusy(false);
  };
  return (
    <Button icon="refresh" busy={busy} manner={manner} onClick={() => void again()}>
      Redeliver{many > 1 && ` ${many}`}
      <span class="wide-only">{many > 1 ? " webhooks" : " the webhook"}</span>
    </Button>
  );
}

async function redelivered(delivery: DeliveryView): Promise<boolean> {
  const params = { delivery_id: delivery.id };
  const done = await api.post("/webhooks/deliveries/{delivery_id}/redeliver", undefined, { params });
  if (!done.ok) toastFailure(done.failure);
  return done.ok;
}

/** Lead to the messages around it, of the same user. */
export function Beside({ message }: { message: MessageDetail }) {
  const [{ newer, older }, put] = useState<Neighbours>({ newer: null, older: null });
  useEffect(() => {
    let isCurrent = true;
    void neighboursOf(message.id, message.wa_id).then((found) => isCurrent && put(found));
    return () => {
      isCurrent = false;
    };
  }, [message.id, message.wa_id]);
  return (
    <span class="inspected-steps" role="group" aria-label="Other messages">
      <IconButton icon="up" label="Newer message" disabled={!newer} onClick={() => newer && go(placeOf(newer))} />
      <IconButton icon="down" label="Older message" disabled={!older} onClick={() => older && go(placeOf(older))} />
    </span>
  );
}

function placeOf(id: string): string {
  return `/messages/${encodeURIComponent(id)}`;
}
