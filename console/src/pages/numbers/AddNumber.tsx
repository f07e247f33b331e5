// Add a number: to an account that is there, or to one of its own.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { announce } from "../../api/live.ts";
import type { AddedNumber, NewNumber } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Field, Select } from "../../parts/Field.tsx";
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
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [added, setAdded] = useState<AddedNumber | null>(null);
  const digits = number.replace(/\D/g, "");
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const wish = {
      number: digits,
      ...(name && { name }),
      callback_dialect: dialect,
      waba_id: account === OWN ? `1${digits}`.slice(0, 18) : account,
    };
    const made = await api.post("/numbers", wish as NewNumber);
    setBusy(false);
    if (!made.ok) return setError(made.failure.sentence);
    setAdded(made.value);
    announce({ world: ["numbers"] });
    await read();
  };
  if (added) {
    const secrets = [["Token", added.token] as const, ["App secret", added.app_secret] as const];
    return <Secrets title={`+${added.phone_number_id} is added`} secrets={secrets} onClose={onClose} />;
  }
  const accounts = state.value.accounts.map((each) => ({ value: each.waba_id, label: `${each.name} · ${each.waba_id}` }));
  return (
    <Dialog open title="Add a number" onClose={onClose}>
      <form class="stack" onSubmit={(event) => void add(event)}>
        <Field
          label="Number"
          type="tel"
          value={number}
          placeholder="+1 555 0123 457"
          required
          autoFocus
          error={error}
          hint="With the country's code; any number will do"
          onInput={(value) => {
            setNumber(value);
            setError(null);
          }}
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
          hint="The words in which its webhook is told"
          value={dialect}
          options={DIALECTS}
          onChange={setDialect}
        />
        <div class="row numbers-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" manner="main" busy={busy} disabled={digits.length < 5}>
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
