// What is true of a phone and its user, to be changed as one would on a phone.

import { useEffect, useState } from "preact/hooks";
import type { PhoneView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Sheet } from "../../parts/Dialog.tsx";
import { Field, Switch } from "../../parts/Field.tsx";
import { changePhone } from "./actions.ts";

interface Props {
  open: boolean;
  phone: PhoneView;
  onClose: () => void;
}

export function PhoneSettings({ open, phone, onClose }: Props) {
  const [name, setName] = useState(phone.name);
  useEffect(() => setName(phone.name), [phone.name]);
  const change = (what: Parameters<typeof changePhone>[1]): void => void changePhone(phone.wa_id, what);
  const rename = (event: Event): void => {
    event.preventDefault();
    if (name.trim() && name !== phone.name) change({ name: name.trim() });
  };
  return (
    <Sheet open={open} title={`+${phone.wa_id}`} onClose={onClose}>
      <form class="row phone-name" onSubmit={rename}>
        <div class="grow">
          <Field label="Name of the user" value={name} onInput={setName} maxLength={200} />
        </div>
        <Button type="submit" disabled={!name.trim() || name === phone.name}>
          Rename
        </Button>
      </form>
      <Switch
        label="Online"
        hint="Offline, messages stay at “sent” until it is back."
        checked={phone.online}
        onChange={(online) => change({ online })}
      />
      <Switch
        label="Reads by itself"
        hint="Off: messages stay at “delivered” until you press the tick above the chat."
        checked={phone.reads}
        onChange={(reads) => change({ reads })}
      />
      <Switch
        label="Read receipts"
        hint="Off: the business is not told what was read."
        checked={phone.read_receipts}
        onChange={(read_receipts) => change({ read_receipts })}
      />
      <Switch
        label="Has blocked the business"
        hint="What is sent fails with 131026."
        checked={phone.blocked}
        onChange={(blocked) => change({ blocked })}
      />
      <Switch
        label="Takes marketing"
        hint="Off: marketing templates fail with 131050."
        checked={phone.marketing}
        onChange={(marketing) => change({ marketing })}
      />
      <Switch
        label="Is on WhatsApp"
        hint="Off: what is sent fails with 131026."
        checked={phone.on_whatsapp}
        onChange={(on_whatsapp) => change({ on_whatsapp })}
      />
    </Sheet>
  );
}
