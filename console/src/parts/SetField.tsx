// One thing to set: what holds stands in the field, and what is typed stays, whatever changes meanwhile, until it is set.

import { useState } from "preact/hooks";
import { Button } from "./Button.tsx";
import { Field, type FieldProps } from "./Field.tsx";
import { submitted } from "./submitted.ts";

interface SetFieldProps extends Omit<FieldProps, "value" | "onInput"> {
  /** What holds. */
  value: string;
  /** What the button is called. */
  verb?: string;
  /** Whether what is typed can be set. */
  isGood?: (typed: string) => boolean;
  /** Set it; what was typed stays there if that came to nothing. */
  onSet: (typed: string) => Promise<unknown>;
}

export function SetField({ value, verb = "Set", isGood = () => true, onSet, ...field }: SetFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? value;
  const can = shown.trim() !== value && isGood(shown.trim());
  const set = async (): Promise<void> => {
    if (can && (await onSet(shown.trim()))) setTyped(null);
  };
  return (
    <form class="set-field" onSubmit={submitted(set)}>
      <Field value={shown} onInput={setTyped} {...field} />
      <Button type="submit" disabled={!can}>
        {verb}
      </Button>
    </form>
  );
}
