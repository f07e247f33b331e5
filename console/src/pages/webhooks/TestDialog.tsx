// "Test it": a user writes, and what becomes of the webhook is watched.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { Changes } from "../../api/live.ts";
import type { NumberView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Loading } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { useFollowed } from "../../parts/followed.ts";
import { Notice } from "../../parts/Notice.tsx";
import { href } from "../../shell/router.ts";
import { attemptsWord, deliveryTone, deliveryWord } from "./words.ts";

const USER = "15550001111";
const LOOK_MS = 700;
const TOLD = {
  ask: (message: string) => api.get("/webhooks/deliveries", { query: { message, limit: 100 } }),
  concerns: ({ deliveries }: Changes) => deliveries.length > 0,
  every: LOOK_MS,
};

export function TestDialog({ number, onClose }: { number: NumberView; onClose: () => void }) {
  const [form, setForm] = useState({ user: USER, text: "Is anybody there?" });
  const [message, setMessage] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    setMessage(null);
    const wish = { type: "text", text: { body: form.text }, number: number.phone_number_id };
    const done = await api.post("/phones/{wa_id}/messages", wish as never, { params: { wa_id: form.user } });
    setBusy(false);
    if (done.ok) setMessage(done.value.id);
    else setError(done.failure.sentence);
  };
  const actions = (
    <>
      <Button onClick={onClose}>Close</Button>
      <Button
        manner="main"
        icon="send"
        busy={busy}
        disabled={!/^\d{5,15}$/.test(form.user) || !form.text}
        onClick={() => void send()}
      >
        {message ? "Write again" : "Let the user write"}
      </Button>
    </>
  );
  return (
    <Dialog open title={`Test the webhook of ${number.phone_number_id}`} onClose={onClose} actions={actions}>
      <p class="soft">A user of the embedded network writes to the number. Your program is told as of any other message.</p>
      <Field
        label="User"
        inputMode="tel"
        value={form.user}
        onInput={(user) => setForm({ ...form, user: user.replace(/[^0-9]/g, "") })}
      />
      <Field label="What they write" value={form.text} onInput={(text) => setForm({ ...form, text })} />
      {error && <Notice tone="bad" title={error} />}
      {message && <Watched message={message} paused={number.webhook_paused} />}
    </Dialog>
  );
}

function Watched({ message, paused }: { message: string; paused: boolean }) {
  const [answer] = useFollowed(message, TOLD);
  const found = answer?.ok ? answer.value.deliveries : [];
  if (found.length === 0) return <Loading label="Waiting for the delivery" />;
  return (
    <div role="status" class="stack">
      {paused && <Notice tone="wait" title="The number is paused: it waits until that ends" />}
      {found.map((delivery) => (
        <div key={delivery.id} class="card stack">
          <p class="row wrap">
            <Badge tone={deliveryTone(delivery)}>{deliveryWord(delivery, paused)}</Badge>
            <span class="mono foreign grow">{delivery.url ?? "nowhere"}</span>
            <span class="soft nums">{attemptsWord(delivery)}</span>
          </p>
          {delivery.why && <p class="foreign">{`${delivery.why.sentence} ${delivery.why.fix}`}</p>}
          <a href={href(`/webhooks/${encodeURIComponent(delivery.id)}`)}>See the exact bytes and the answer</a>
        </div>
      ))}
    </div>
  );
}
