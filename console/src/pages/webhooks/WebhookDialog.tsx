// A number's own webhook: set, or changed.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { announce } from "../../api/live.ts";
import type { NumberView } from "../../api/types.ts";
import { Select } from "../../parts/Field.tsx";
import { FormDialog } from "../../parts/FormDialog.tsx";
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
  const headers = headersOf(place.headers);
  const ready = place.url && !urlError(place.url) && typeof headers !== "string";
  const save = () => {
    const sent = typeof headers === "string" ? {} : { ...headers };
    const webhook = { url: place.url, headers: sent, ...(place.verifyToken && { verify_token: place.verifyToken }) };
    const params = { phone_number_id: number.phone_number_id };
    return api.put("/numbers/{phone_number_id}", { webhook, callback_dialect: dialect }, { params });
  };
  const saved = (): void => {
    toast("The webhook is set.");
    announce({ world: ["numbers"] });
    onClose();
  };
  const before = number.webhook?.header_names ?? [];
  return (
    <FormDialog
      title={`Webhook of ${number.phone_number_id}`}
      verb="Set the webhook"
      ready={!!ready}
      onSend={save}
      onDone={saved}
      onClose={onClose}
    >
      <PlaceFields
        place={place}
        onChange={(part) => setPlace({ ...place, ...part })}
        headersHint={before.length > 0 ? `${before.join(", ")} go unless they are given again.` : undefined}
      />
      <Select
        label="Callback dialect"
        value={dialect}
        options={DIALECTS}
        onChange={(value) => setDialect(value as Dialect)}
      />
    </FormDialog>
  );
}
