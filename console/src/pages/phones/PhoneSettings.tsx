// What is true of a phone and its user, to be changed as one would on a phone.

import type { PhoneView } from "../../api/types.ts";
import { Sheet } from "../../parts/Dialog.tsx";
import { Switch } from "../../parts/Field.tsx";
import { SetField } from "../../parts/SetField.tsx";
import { changePhone } from "./actions.ts";

interface Props {
  open: boolean;
  phone: PhoneView;
  onClose: () => void;
}

export function PhoneSettings({ open, phone, onClose }: Props) {
  const change = (what: Parameters<typeof changePhone>[1]) => changePhone(phone.wa_id, what);
  return (
    <Sheet open={open} title={`+${phone.wa_id}`} onClose={onClose}>
      <SetField
        label="Name of the user"
        value={phone.name}
        verb="Rename"
        maxLength={200}
        isGood={Boolean}
        onSet={(name) => change({ name })}
      />
      <Switch
        label="Online"
        hint="Offline, messages stay at “sent” until it is back."
        checked={phone.online}
        onChange={(online) => void change({ online })}
      />
      <Switch
        label="Reads by itself"
        hint="Off: messages stay at “delivered” until you press the tick above the chat."
        checked={phone.reads}
        onChange={(reads) => void change({ reads })}
      />
      <Switch
        label="Read receipts"
        hint="Off: the business is not told what was read."
        checked={phone.read_receipts}
        onChange={(read_receipts) => void change({ read_receipts })}
      />
      <Switch
        label="Has blocked the business"
        hint="What is sent fails with 131026."
        checked={phone.blocked}
        onChange={(blocked) => void change({ blocked })}
      />
      <Switch
        label="Accepts marketing"
        hint="Off: marketing templates fail with 131050."
        checked={phone.marketing}
        onChange={(marketing) => void change({ marketing })}
      />
      <Switch
        label="Is on WhatsApp"
        hint="Off: what is sent fails with 131026."
        checked={phone.on_whatsapp}
        onChange={(on_whatsapp) => void change({ on_whatsapp })}
      />
    </Sheet>
  );
}
