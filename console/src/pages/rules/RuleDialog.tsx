// A rule to add: from a preset, or from nothing.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { announce } from "../../api/live.ts";
import type { NumberView, RuleRequest, RuleView } from "../../api/types.ts";
import { Field, Select, Switch } from "../../parts/Field.tsx";
import { FormDialog } from "../../parts/FormDialog.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { toast } from "../../parts/Toast.tsx";
import { named } from "../errors/found.ts";
import { state as known } from "../errors/state.ts";
import { ErrorPicker } from "./ErrorPicker.tsx";
import { type Form, formOf, type Kind, missing, wishOf } from "./form.ts";
import { ruleWords } from "./words.ts";

const KINDS: readonly { value: Kind; label: string }[] = [
  { value: "message", label: "Messages: fail or wait" },
  { value: "webhook", label: "Webhooks: doubled, shuffled, lost" },
  { value: "request", label: "API requests: refused" },
];

interface RuleDialogProps {
  wish: RuleRequest;
  numbers: readonly NumberView[];
  onClose: () => void;
}

type Change = (part: Partial<Form>) => void;

export function RuleDialog({ wish, numbers, onClose }: RuleDialogProps) {
  const [form, setForm] = useState<Form>(() => formOf(wish));
  const change: Change = (part) => setForm((before) => ({ ...before, ...part }));
  const lacking = missing(form);
  const added = (rule: RuleView): void => {
    toast(`Rule ${rule.id} is in force.`);
    announce({ world: ["rules"] });
    onClose();
  };
  return (
    <FormDialog
      title="Add a fault rule"
      verb="Add the rule"
      ready={lacking === null}
      onSend={() => api.post("/rules", wishOf(form))}
      onDone={added}
      onClose={onClose}
    >
      <Notice tone={lacking ? "plain" : "info"} title={lacking ?? wordsOf(form)} />
      <Select label="Applies to" value={form.kind} options={KINDS} onChange={(kind) => change({ kind: kind as Kind })} />
      {form.kind === "webhook" ? <OfWebhooks form={form} change={change} /> : <OfFailures form={form} change={change} />}
      {form.kind !== "request" && <Where form={form} change={change} numbers={numbers} />}
      <Pair>
        <Field
          label="Only the next"
          type="number"
          min={1}
          placeholder="all of them"
          value={form.next}
          onInput={(next) => change({ next })}
        />
        <Field label="Only every Nth" type="number" min={1} value={form.every} onInput={(every) => change({ every })} />
      </Pair>
    </FormDialog>
  );
}

function OfFailures({ form, change }: { form: Form; change: Change }) {
  const request = form.kind === "request";
  return (
    <>
      {request && (
        <Field
          label="Path"
          value={form.path}
          spellcheck={false}
          hint="A prefix, or a pattern for the whole path with *, ? or [...]. Paths below /_waypost never fail."
          onInput={(path) => change({ path: path.trim() })}
        />
      )}
      <ErrorPicker
        when={request ? "answer" : "webhook"}
        chosen={form.error}
        none={request ? null : "None: only a delay"}
        onChoose={(error) => change({ error })}
      />
      {!request && (
        <Field
          label="Delay in seconds (optional)"
          type="number"
          min={0}
          step="any"
          value={form.delay}
          hint="In platform time: moving the clock ends it."
          onInput={(delay) => change({ delay })}
        />
      )}
    </>
  );
}

function OfWebhooks({ form, change }: { form: Form; change: Change }) {
  return (
    <>
      <Switch
        label="Never told"
        hint="The delivery is dropped; it can be redelivered by hand."
        checked={form.drop}
        onChange={(drop) => change({ drop })}
      />
      <Switch
        label="Verification of a callback URL fails"
        checked={form.handshake}
        onChange={(handshake) => change({ handshake })}
      />
      <Pair>
        <Amount label="More copies of each" value={form.duplicate} onInput={(duplicate) => change({ duplicate })} max={100} />
        <Amount label="Seconds late" value={form.late} onInput={(late) => change({ late })} step="any" />
        <Amount label="Shuffled in groups of" value={form.window} onInput={(window) => change({ window })} max={1000} />
        <Amount label="Shuffle seed" value={form.seed} onInput={(seed) => change({ seed })} />
        <Amount label="In one call, at most" value={form.batchSize} onInput={(batchSize) => change({ batchSize })} max={1000} />
        <Amount
          label="Gathered for (seconds)"
          value={form.batchSeconds}
          onInput={(batchSeconds) => change({ batchSeconds })}
          step="any"
        />
        <Amount
          label="Retries slower by a factor of"
          value={form.slow}
          onInput={(slow) => change({ slow })}
          step="any"
          max={10000}
        />
      </Pair>
    </>
  );
}

interface AmountProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  step?: "any";
  max?: number;
}

function Amount(props: AmountProps) {
  return <Field {...props} type="number" min={0} placeholder="no" />;
}

function Where({ form, change, numbers }: { form: Form; change: Change; numbers: readonly NumberView[] }) {
  const among = numbers.map(({ phone_number_id: value, name }) => ({ value, label: `${value} · ${name}` }));
  return (
    <Pair>
      <Select
        label="Business number"
        value={form.number}
        options={[{ value: "", label: "Every number" }, ...among]}
        onChange={(number) => change({ number })}
      />
      <Field
        label="User"
        placeholder="every user"
        inputMode="tel"
        value={form.phone}
        onInput={(phone) => change({ phone: phone.replace(/[^0-9]/g, "") })}
      />
    </Pair>
  );
}

function Pair({ children }: { children: ComponentChildren }) {
  return <div class="cards rule-pair">{children}</div>;
}

function wordsOf(form: Form): string {
  const wish = wishOf(form);
  const error = wish.fail && named(known.value.errors ?? [], String(wish.fail.code));
  return ruleWords({ ...wish, fail: error ?? wish.fail ?? null });
}
