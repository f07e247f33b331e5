// A further endpoint: added, or changed.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { EndpointView } from "../../api/types.ts";
import { Field, Select, Switch } from "../../parts/Field.tsx";
import { FormDialog } from "../../parts/FormDialog.tsx";
import { toast } from "../../parts/Toast.tsx";
import { FIELDS, headersOf, urlError } from "./forms.ts";
import { type Place, PlaceFields } from "./PlaceFields.tsx";

type Dialect = EndpointView["callback_dialect"];

interface Form extends Place {
  readonly ownSecret: boolean;
  readonly secret: string;
  readonly dialect: "" | NonNullable<Dialect>;
  readonly fields: readonly string[] | null;
}

const DIALECTS = [
  { value: "", label: "As the number's" },
  { value: "cloud", label: "Cloud API" },
  { value: "onprem", label: "On-Premises API" },
];
const LEAST_SECRET = 8;

interface EndpointDialogProps {
  number: string;
  /** What is changed; null adds one. */
  one: EndpointView | null;
  onClose: () => void;
}

export function EndpointDialog({ number, one, onClose }: EndpointDialogProps) {
  const [form, setForm] = useState<Form>(() => begun(one));
  const change = (part: Partial<Form>): void => setForm((before) => ({ ...before, ...part }));
  const short = form.ownSecret && form.secret.length < LEAST_SECRET && !(one?.has_secret && form.secret === "");
  const ready = form.url && !urlError(form.url) && typeof headersOf(form.headers) !== "string" && !short;
  const before = one?.header_names ?? [];
  return (
    <FormDialog
      title={one ? "Change the endpoint" : `Further endpoint of ${number}`}
      verb={one ? "Change it" : "Add it"}
      ready={!!ready}
      onSend={() => (one ? changed(number, one, form) : added(number, form))}
      onDone={() => {
        toast(one ? "The endpoint is changed." : "The endpoint is added.");
        onClose();
      }}
      onClose={onClose}
    >
      <PlaceFields
        place={form}
        onChange={change}
        headersHint={before.length > 0 ? `It has ${before.join(", ")}; left empty, they stay.` : undefined}
      />
      <Select
        label="Callback dialect"
        value={form.dialect}
        options={DIALECTS}
        onChange={(dialect) => change({ dialect: dialect as Form["dialect"] })}
      />
      <Switch
        label="A secret of its own"
        hint="Signs in place of the number's app secret."
        checked={form.ownSecret}
        onChange={(ownSecret) => change({ ownSecret })}
      />
      {form.ownSecret && (
        <Field
          label="Secret"
          value={form.secret}
          spellcheck={false}
          hint={
            one?.has_secret ? "It has one; left empty, it stays." : `At least ${LEAST_SECRET} characters; it is not shown again.`
          }
          onInput={(secret) => change({ secret: secret.trim() })}
        />
      )}
      <Switch
        label="Only some webhook fields"
        hint="Otherwise it gets every event."
        checked={form.fields !== null}
        onChange={(some) => change({ fields: some ? ["messages"] : null })}
      />
      {form.fields !== null && <Choice chosen={form.fields} onChange={(fields) => change({ fields })} />}
    </FormDialog>
  );
}

function Choice({ chosen, onChange }: { chosen: readonly string[]; onChange: (fields: readonly string[]) => void }) {
  const turn = (name: string): void =>
    onChange(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]);
  return (
    <fieldset class="field-set">
      <legend class="unseen">Webhook fields</legend>
      {FIELDS.map((name) => (
        <label key={name} class="check">
          <input type="checkbox" checked={chosen.includes(name)} onChange={() => turn(name)} />
          <span class="foreign">{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

function begun(one: EndpointView | null): Form {
  return {
    url: one?.url ?? "",
    verifyToken: "",
    headers: "",
    ownSecret: one?.has_secret ?? false,
    secret: "",
    dialect: one?.callback_dialect ?? "",
    fields: one?.fields ?? null,
  };
}

function added(number: string, form: Form) {
  const wish = { ...common(form), headers: headersIn(form), secret: form.ownSecret ? form.secret : null };
  return api.post("/numbers/{phone_number_id}/webhooks", wish, { params: { phone_number_id: number } });
}

/** What was left empty stays as it is; the address is always given, so that one that was gone is tried again. */
function changed(number: string, one: EndpointView, form: Form) {
  const secret = form.ownSecret ? (form.secret ? { secret: form.secret } : {}) : { secret: null };
  const headers = form.headers.trim() ? { headers: headersIn(form) } : {};
  const params = { phone_number_id: number, webhook_id: one.id };
  return api.patch("/numbers/{phone_number_id}/webhooks/{webhook_id}", { ...common(form), ...headers, ...secret }, { params });
}

function common(form: Form) {
  return {
    url: form.url,
    ...(form.verifyToken && { verify_token: form.verifyToken }),
    callback_dialect: form.dialect || null,
    fields: form.fields && [...form.fields],
  };
}

function headersIn(form: Form): Record<string, string> {
  const found = headersOf(form.headers);
  return typeof found === "string" ? {} : { ...found };
}
