// Send a template to a phone, filled in.

import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { announce } from "../../api/live.ts";
import type { GalleryMedium, MediaView, PhoneView, Sent, TemplateView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { JsonCode } from "../../parts/Code.tsx";
import { Field, Select } from "../../parts/Field.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { href } from "../../shell/router.ts";
import { messageOf, type Slot, slotsOf, type Values } from "./definition.ts";
import { state } from "./state.ts";

const ANY_PHONE = "15550001111";
const HINTS: Readonly<Partial<Record<Slot["kind"], string>>> = {
  place: "Latitude, longitude, name",
  product: "Id of the catalog, id of the product",
  products: "Ids with commas between them; the first is the picture",
};

interface Props {
  template: TemplateView;
  values: Values;
  onValues: (values: Values) => void;
  files: Readonly<Record<string, MediaView>>;
  onFiles: (files: Readonly<Record<string, MediaView>>) => void;
}

export function SendForm({ template, values, onValues, files, onFiles }: Props) {
  const [phones, setPhones] = useState<readonly PhoneView[]>([]);
  const [to, setTo] = useState("");
  const [from, setFrom] = useState("");
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<Sent | string | null>(null);
  useEffect(() => {
    void api.get("/phones").then((found) => found.ok && setPhones(found.value.phones));
  }, []);
  const numbers = state.value.numbers.filter((number) => number.waba_id === template.waba_id);
  const number = from || numbers[0]?.phone_number_id || "";
  const slots = slotsOf(template.components);
  const recipient = to || phones[0]?.wa_id || ANY_PHONE;
  const wish = {
    messaging_product: "whatsapp",
    to: recipient,
    type: "template",
    template: messageOf(template.name, template.language, template.components, values, template.parameter_format === "NAMED"),
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const sent = await api.post("/numbers/{phone_number_id}/messages", wish as never, { params: { phone_number_id: number } });
    setBusy(false);
    setTold(sent.ok ? sent.value : sent.failure.sentence);
    if (sent.ok) announce({ messages: [sent.value.id], phones: [sent.value.wa_id] });
  };
  const set = (slot: Slot, value: string): void => onValues({ ...values, [slot.key]: value });
  return (
    <form class="stack" onSubmit={(event) => void send(event)}>
      <div class="template-pair even">
        <Field
          label="To"
          inputMode="tel"
          value={to}
          placeholder={recipient}
          hint="Every number has a phone here"
          onInput={setTo}
        />
        <Select
          label="From"
          value={number}
          options={numbers.map((each) => ({ value: each.phone_number_id, label: `${each.name} · ${each.phone_number_id}` }))}
          onChange={setFrom}
        />
      </div>
      {slots.map((slot) =>
        slot.kind === "file" ? (
          <FileSlot
            key={slot.key}
            slot={slot}
            number={number}
            value={values[slot.key] ?? ""}
            onValue={(value, file) => {
              set(slot, value);
              const { [slot.key]: _, ...rest } = files;
              onFiles(file ? { ...rest, [slot.key]: file } : rest);
            }}
          />
        ) : (
          <Field
            key={slot.key}
            label={slot.label}
            value={values[slot.key] ?? ""}
            placeholder={slot.example}
            hint={HINTS[slot.kind]}
            onInput={(value) => set(slot, value)}
          />
        ),
      )}
      {slots.length === 0 && <p class="faint">It has nothing to fill in.</p>}
      <div class="row wrap">
        <Button type="submit" manner="main" icon="send" busy={busy} disabled={!number}>
          Send it to the phone
        </Button>
      </div>
      {told !== null && <Outcome told={told} />}
      <JsonCode value={wish} label="What a program sends" />
    </form>
  );
}

function Outcome({ told }: { told: Sent | string }) {
  if (typeof told === "string") {
    return (
      <Notice tone="bad" title="It was refused">
        <p class="foreign">{told}</p>
      </Notice>
    );
  }
  return (
    <Notice tone={told.held ? "wait" : "good"} title={told.held ? "It is held for quality assessment" : "It is on its way"}>
      <p class="row wrap">
        <a href={href(`/phones/${told.wa_id}`)}>See it on the phone</a>
        <a href={href(`/messages/${encodeURIComponent(told.id)}`)}>What happens to it</a>
      </p>
    </Notice>
  );
}

interface FileSlotProps {
  slot: Slot;
  number: string;
  value: string;
  onValue: (value: string, file: MediaView | null) => void;
}

/** A file is named by a link, or by the id of one that is stored. */
function FileSlot({ slot, number, value, onValue }: FileSlotProps) {
  const [stored, setStored] = useState<readonly GalleryMedium[]>([]);
  const type = slot.format === "GIF" ? "video" : slot.format.toLowerCase();
  useEffect(() => {
    if (number)
      void api.get("/media", { query: { number, type, limit: 50 } }).then((found) => found.ok && setStored(found.value.media));
  }, [number, type]);
  return (
    <div class="template-pair even">
      <Field
        label={slot.label}
        value={value}
        placeholder="https://… or the id of a stored file"
        onInput={(given) => onValue(given.trim(), stored.find((each) => each.id === given.trim()) ?? null)}
      />
      {stored.length > 0 && (
        <Select
          label="From the gallery"
          value={stored.some((each) => each.id === value) ? value : ""}
          options={[
            { value: "", label: "Choose a file" },
            ...stored.map((each) => ({ value: each.id, label: `${each.filename ?? each.mime_type} · ${each.source}` })),
          ]}
          onChange={(id) => onValue(id, stored.find((each) => each.id === id) ?? null)}
        />
      )}
    </div>
  );
}
