// Add a number: to an account that is there, or to one of its own.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { announce } from "../../api/live.ts";
import type { AddedNumber, NewNumber } from "../../api/types.ts";
import { Field, Select } from "../../parts/Field.tsx";
import { FormDialog } from "../../parts/FormDialog.tsx";
import { Secrets } from "./Secret.tsx";
import { read, state } from "./state.ts";

const OWN = "own";
const DIALECTS = [
  { value: "cloud", label: "Cloud API" },
  { value: "onprem", label: "On-Premises" },
];

export function AddNumber({ onClose }: { onClose: () => void }) {
  const [number, setNumber] = useState("");
  const [name, setName] = useState("");
  const [dialect, setDialect] = useState("cloud");
  const [account, setAccount] = useState(state.peek().accounts[0]?.waba_id ?? OWN);
  const [made, setMade] = useState<AddedNumber | null>(null);
  const digits = number.replace(/\D/g, "");
  const add = () => {
    const wish = {
      number: digits,
      ...(name && { name }),
      callback_dialect: dialect,
      waba_id: account === OWN ? `1${digits}`.slice(0, 18) : account,
    };
    return api.post("/numbers", wish as NewNumber);
  };
  const added = async (number: AddedNumber): Promise<void> => {
    setMade(number);
    announce({ world: ["numbers"] });
    await read();
  };
  if (made) {
    const secrets = [["Token", made.token] as const, ["App secret", made.app_secret] as const];
    return <Secrets title={`+${made.phone_number_id} is added`} secrets={secrets} onClose={onClose} />;
  }
  const accounts = state.value.accounts.map((each) => ({ value: each.waba_id, label: `${each.name} · ${each.waba_id}` }));
  return (
    <FormDialog
      title="Add a number"
      verb="Add"
      ready={digits.length >= 5}
      onSend={add}
      onDone={(number) => void added(number)}
      onClose={onClose}
    >
      <Field
        label="Number"
        type="tel"
        value={number}
        placeholder="+1 555 0123 457"
        required
        autoFocus
        hint="With the country's code; any number will do"
        onInput={setNumber}
      />
      <Field label="Name" value={name} placeholder="Waypost" hint="What users see above the chat" onInput={setName} />
      <Select
        label="Account"
        value={account}
        options={[...accounts, { value: OWN, label: "A new account" }]}
        onChange={setAccount}
      />
      <Select
        label="Callbacks"
        hint="The dialect its webhook receives"
        value={dialect}
        options={DIALECTS}
        onChange={setDialect}
      />
    </FormDialog>
  );
}
