// How much marketing a user gets from all businesses together: no rule of faults, but a rule of the network.

import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { Button } from "../../parts/Button.tsx";
import { Field, Switch } from "../../parts/Field.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";

const USUAL = 2;

export function Marketing() {
  const [held, setHeld] = useState<number | null | undefined>(undefined);
  const [typed, setTyped] = useState(String(USUAL));
  useEffect(() => {
    void api.get("/network").then((found) => {
      if (!found.ok) return;
      setHeld(found.value.marketing_per_user);
      setTyped(String(found.value.marketing_per_user ?? USUAL));
    });
  }, []);
  const change = async (most: number | null): Promise<void> => {
    const done = await api.patch("/network", { marketing_per_user: most });
    if (!done.ok) return toastFailure(done.failure);
    setHeld(done.value.marketing_per_user);
    toast(most === null ? "Every marketing message reaches its user." : `Of marketing messages ${most} reach a user in 24 hours.`);
  };
  if (held === undefined) return null;
  const most = Number(typed);
  const valid = typed !== "" && Number.isInteger(most) && most >= 0 && most <= 1_000;
  return (
    <section class="card stack rule-network" aria-label="Marketing per user">
      <Switch
        label="Limit marketing per user"
        hint="Of the marketing templates of all businesses only so many reach a user within 24 hours; the others fail with 131049."
        checked={held !== null}
        onChange={(on) => void change(on ? (valid ? most : USUAL) : null)}
      />
      {held !== null && (
        <form
          class="rule-most"
          onSubmit={(event) => {
            event.preventDefault();
            if (valid) void change(most);
          }}
        >
          <Field label="Messages in 24 hours" type="number" min={0} max={1000} value={typed} onInput={setTyped} />
          <Button type="submit" disabled={!valid || most === held}>
            Set
          </Button>
        </form>
      )}
    </section>
  );
}
