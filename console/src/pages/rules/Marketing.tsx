// How much marketing a user gets from all businesses together: no rule of faults, but a rule of the network.

import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { Switch } from "../../parts/Field.tsx";
import { SetField } from "../../parts/SetField.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";

const USUAL = 2;
const MOST = 1_000;

export function Marketing() {
  const [held, setHeld] = useState<number | null | undefined>(undefined);
  useEffect(() => void api.get("/network").then((found) => found.ok && setHeld(found.value.marketing_per_user)), []);
  const change = async (most: number | null): Promise<boolean> => {
    const done = await api.patch("/network", { marketing_per_user: most });
    if (!done.ok) {
      toastFailure(done.failure);
      return false;
    }
    setHeld(done.value.marketing_per_user);
    toast(
      most === null ? "Every marketing message reaches its user." : `Of marketing messages ${most} reach a user in 24 hours.`,
    );
    return true;
  };
  if (held === undefined) return null;
  return (
    <section class="card stack rule-network" aria-label="Marketing per user">
      <Switch
        label="Limit marketing per user"
        hint="Of the marketing templates of all businesses only so many reach a user within 24 hours; the others fail with 131049."
        checked={held !== null}
        onChange={(on) => void change(on ? USUAL : null)}
      />
      {held !== null && (
        <SetField
          label="Messages in 24 hours"
          inputMode="numeric"
          value={String(held)}
          isGood={(most) => /^\d{1,4}$/.test(most) && Number(most) <= MOST}
          onSet={(most) => change(Number(most))}
        />
      )}
    </section>
  );
}
