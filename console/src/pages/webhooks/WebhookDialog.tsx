// A number's own webhook: set, or changed.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { announce } from "../../api/live.ts";
import type { NumberView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Select } from "../../parts/Field.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { submitted } from "../../parts/submitted.ts";
import { toast } from "../../parts/Toast.tsx";
import { headersOf, urlError } from "./forms.ts";
import { type Place, PlaceFields } from "./PlaceFields.tsx";

type Dialect = NumberView["callback_dialect"];

const DIALECTS = [
  { value: "cloud", label: "Cloud API" },
  { value: "onprem", label: "On-Premises API" },
];

export function WebhookDialog({ number, onClose }: { number: NumberView; onClose: () => void }) {
  const [place, setPlace] = useState<Place>({ url: number.webhook?.url ?? "", verifyToken: "", headers: "" });
  const [dialect, setDialect] = useState<Dialect>(number.callback_dialect);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const headers = headersOf(place.headers);
  const ready = place.url && !urlError(place.url) && typeof headers !== "string";
  const save = async (): Promise<void> => {
    if (!ready || typeof headers === "string") return;
    setBusy(true);
    const webhook = { url: place.url, headers: { ...headers }, ...(place.verifyToken && { verify_token: place.verifyToken }) };
    const params = { phone_number_id: number.phone_number_id };
    const done = await api.put("/numbers/{phone_number_id}", { webhook, callback_dialect: dialect }, { params });
    setBusy(false);
    if (!done.ok) return setError(done.failure.sentence);
    toast("The webhook is set.");
    announce({ world: ["numbers"] });
    onClose();
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" form="webhook" manner="main" busy={busy} disabled={!ready}>
        Set the webhook
      </Button>
    </>
  );
  const before = number.webhook?.header_names ?? [];
  return (
    <Dialog open title={`Webhook of ${number.phone_number_id}`} onClose={onClose} actions={actions}>
      <form id="webhook" class="stack" onSubmit={submitted(save)}>
        {error && <Notice tone="bad" title={error} />}
        <PlaceFields
          place={place}
          onChange={(part) => {
            setPlace({ ...place, ...part });
            setError(null);
          }}
          headersHint={before.length > 0 ? `${before.join(", ")} go unless they are given again.` : undefined}
        />
        <Select
          label="Callbacks are written as in the"
          value={dialect}
          options={DIALECTS}
          onChange={(value) => setDialect(value as Dialect)}
        />
      </form>
    </Dialog>
  );
}
