// What can be chosen of a template for codes: what it says, and how the code comes to an app.

import { Button, IconButton } from "../../parts/Button.tsx";
import { Field, Select, Switch } from "../../parts/Field.tsx";
import { Notice } from "../../parts/Notice.tsx";
import type { App, Autofill } from "./draft.ts";
import { type Props, Section } from "./EditorParts.tsx";

const MOST_APPS = 5;
const TAPS = [
  { value: "COPY_CODE", label: "The user copies it" },
  { value: "ONE_TAP", label: "One tap: a button fills it in" },
  { value: "ZERO_TAP", label: "Zero taps: the app gets it by itself" },
];

export function CodeParts({ draft, change, wrong }: Props) {
  const words = wrong("body") ?? wrong("header");
  const button = wrong("buttons");
  const autofill = (given: Partial<Autofill>): void => change({ autofill: { ...draft.autofill, ...given } });
  return (
    <>
      <Section title="The code" about="The platform words these templates; only this can be chosen." place="body">
        {words && <Notice tone="bad">{words}</Notice>}
        <Switch
          label="Say that the code must not be shared"
          checked={draft.security}
          onChange={(security) => change({ security })}
        />
        <Field
          label="Minutes that the code holds"
          inputMode="numeric"
          value={draft.minutes}
          error={wrong("footer")}
          hint="From 1 to 90; empty: nothing is said of it"
          onInput={(minutes) => change({ minutes: minutes.replace(/\D/g, "") })}
        />
      </Section>
      <Section title="The button" about="How the code comes to where it is needed." place="buttons">
        {button && <Notice tone="bad">{button}</Notice>}
        <Select label="Way of the code" value={draft.autofill.type} options={TAPS} onChange={(type) => autofill({ type })} />
        <div class="template-pair even">
          {draft.autofill.type !== "COPY_CODE" && (
            <Field
              label="Words on it, with the app"
              value={draft.autofill.text}
              placeholder="Autofill"
              maxLength={25}
              onInput={(text) => autofill({ text })}
            />
          )}
          <Field
            label={draft.autofill.type === "COPY_CODE" ? "Words on the button" : "Words on it, without the app"}
            value={draft.buttons[0]?.text ?? ""}
            placeholder="Copy code"
            maxLength={25}
            onInput={(text) => change({ buttons: [{ type: "OTP", text, target: "", example: "" }] })}
          />
        </div>
        {draft.autofill.type !== "COPY_CODE" && <Apps apps={draft.autofill.apps} onChange={(apps) => autofill({ apps })} />}
        {draft.autofill.type === "ZERO_TAP" && (
          <Switch
            label="The terms of zero-tap codes are accepted"
            hint="Users of the app know, and expect, that codes arrive without a tap"
            checked={draft.autofill.terms}
            onChange={(terms) => autofill({ terms })}
          />
        )}
      </Section>
    </>
  );
}

function Apps({ apps, onChange }: { apps: readonly App[]; onChange: (apps: readonly App[]) => void }) {
  const put = (at: number, given: Partial<App>): void =>
    onChange(apps.map((each, place) => (place === at ? { ...each, ...given } : each)));
  return (
    <>
      {apps.map((app, at) => (
        <div key={at} class="editor-button" role="group" aria-label={`App ${at + 1}`}>
          <Field
            label="Package of the app"
            value={app.name}
            placeholder="com.example.shop"
            spellcheck={false}
            onInput={(name) => put(at, { name: name.trim() })}
          />
          <Field
            label="Hash of its signature"
            value={app.hash}
            placeholder="K8a/AINcGX7"
            spellcheck={false}
            onInput={(hash) => put(at, { hash: hash.trim() })}
          />
          <IconButton
            icon="trash"
            label={`Take app ${at + 1} away`}
            disabled={apps.length === 1}
            onClick={() => onChange(apps.filter((_, place) => place !== at))}
          />
        </div>
      ))}
      {apps.length < MOST_APPS && (
        <div class="row">
          <Button icon="plus" onClick={() => onChange([...apps, { name: "", hash: "" }])}>
            Add an app
          </Button>
        </div>
      )}
    </>
  );
}
