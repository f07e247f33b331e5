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

/** How many phones have something beside them, on a wide screen. */
const MOST_BESIDE = 3;

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
  const several = open.value.length > 1;
  const looked = open.value.find((waId) => waId === front.value) ?? open.value[0];
  return (
    <div class="phones">
      {several && (
        <div class="phone-tabs" role="group" aria-label="Phone in front">
          {open.value.map((waId) => (
            <button type="button" key={waId} aria-pressed={front.value === waId} onClick={() => (front.value = waId)}>
              {phones.value.find((phone) => phone.wa_id === waId)?.name ?? `+${waId}`}
            </button>
          ))}
        </div>
      )}
      <div class={`phone-table of-${Math.min(open.value.length, MOST_BESIDE + 1)}`}>
        {open.value.map((waId) => (
          <div
            key={waId}
            class={`phone-place ${looked === waId ? "front" : ""}`}
            onFocusIn={() => (front.value = waId)}
            onPointerDown={() => (front.value = waId)}
          >
            <Phone waId={waId} />
          </div>
        ))}
        {looked && <Beside key={looked} waId={looked} named={several} />}
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
