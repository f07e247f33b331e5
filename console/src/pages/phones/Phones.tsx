// Phones of the embedded network, side by side: each is a chat with the business, played by whoever looks.

import { useEffect } from "preact/hooks";
import { Button } from "../../parts/Button.tsx";
import { EmptyState, Loading } from "../../parts/EmptyState.tsx";
import { Select } from "../../parts/Field.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import type { PageProps } from "../page.ts";
import { Phone } from "./Phone.tsx";
import { Beside } from "./Beside.tsx";
import { addPhone, front, known, open, others, phones, startPhones, take } from "./state.ts";
import "./phones.css";

export default function Phones({ params }: PageProps) {
  useEffect(startPhones, []);
  const asked = params["waId"];
  useEffect(() => {
    if (asked && /^\d{5,15}$/.test(asked)) take(asked);
  }, [asked]);
  return (
    <PageFrame
      title="Phones"
      about="Write, read and tap as the users of WhatsApp do"
      actions={<Actions />}
      whole
    >
      {open.value.length > 0 ? <Table /> : known.value ? <Nothing /> : <Loading label="Looking at the table" />}
    </PageFrame>
  );
}

function Actions() {
  const choices = others.value.map((phone) => ({ value: phone.wa_id, label: `${phone.name} +${phone.wa_id}` }));
  return (
    <>
      {choices.length > 0 && (
        <Select
          label="Open another phone"
          labelUnseen
          value=""
          options={[{ value: "", label: "Open…" }, ...choices]}
          onChange={take}
        />
      )}
      <Button manner="main" icon="plus" onClick={() => void addPhone()}>
        New phone
      </Button>
    </>
  );
}

function Table() {
  const only = open.value.length === 1 ? open.value[0] : undefined;
  return (
    <div class="phones">
      {open.value.length > 1 && (
        <div class="phone-tabs" role="group" aria-label="Phone in front">
          {open.value.map((waId) => (
            <button type="button" key={waId} aria-pressed={front.value === waId} onClick={() => (front.value = waId)}>
              {phones.value.find((phone) => phone.wa_id === waId)?.name ?? `+${waId}`}
            </button>
          ))}
        </div>
      )}
      <div class="phone-table">
        {open.value.map((waId) => (
          <div key={waId} class={`phone-place ${front.value === waId ? "front" : ""}`}>
            <Phone waId={waId} />
          </div>
        ))}
        {only && <Beside key={only} waId={only} />}
      </div>
    </div>
  );
}

function Nothing() {
  return (
    <EmptyState icon="phone" title="No phone is open">
      <p>
        Open one that has written before, or add one. Every number has a phone.
      </p>
      <Button manner="main" icon="plus" onClick={() => void addPhone()}>
        New phone
      </Button>
    </EmptyState>
  );
}
