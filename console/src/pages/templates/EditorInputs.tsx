// What the template editor is filled in with: buttons, and texts with variables.

import { Button, IconButton } from "../../parts/Button.tsx";
import { Field, Select, TextArea } from "../../parts/Field.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { type Values, variablesOf } from "./definition.ts";
import { buttonKinds, type DraftButton } from "./draft.ts";
import { wordOf } from "./state.ts";

interface ButtonListProps {
  buttons: readonly DraftButton[];
  category: string;
  error: string | null;
  onChange: (buttons: readonly DraftButton[]) => void;
}

/** Buttons, each with what its kind asks for. */
export function ButtonList({ buttons, category, error, onChange }: ButtonListProps) {
  const kinds = buttonKinds(category);
  const put = (at: number, given: Partial<DraftButton>): void =>
    onChange(buttons.map((each, place) => (place === at ? { ...each, ...given } : each)));
  return (
    <>
      {error && <Notice tone="bad">{error}</Notice>}
      {buttons.map((button, at) => {
        const kind = kinds.find((each) => each.type === button.type);
        const hasExample = button.type === "URL" && variablesOf(button.target).length > 0;
        return (
          <div key={at} class="editor-button" role="group" aria-label={`Button ${at + 1}`}>
            <Select
              label="Kind"
              value={button.type}
              options={[
                ...kinds.map(({ type, label }) => ({ value: type, label })),
                ...(kind ? [] : [{ value: button.type, label: wordOf(button.type) }]),
              ]}
              onChange={(type) => put(at, { type, target: "", example: "" })}
            />
            {kind?.text !== false && (
              <Field label="Words on it" value={button.text} maxLength={60} onInput={(text) => put(at, { text })} />
            )}
            {kind?.target && (
              <Field
                label={kind.target}
                value={button.target}
                placeholder={
                  { URL: "https://shop/orders/{{1}}", PHONE_NUMBER: "+15550123456", COPY_CODE: "SUMMER20" }[button.type] ?? ""
                }
                onInput={(target) => put(at, { target })}
              />
            )}
            {hasExample && (
              <Field label="Example of the whole link" value={button.example} onInput={(example) => put(at, { example })} />
            )}
            <IconButton
              icon="trash"
              label={`Take button ${at + 1} away`}
              onClick={() => onChange(buttons.filter((_, place) => place !== at))}
            />
          </div>
        );
      })}
      {buttons.length < 10 && (
        <div class="row">
          <Button
            icon="plus"
            onClick={() => onChange([...buttons, { type: kinds[0]?.type ?? "QUICK_REPLY", text: "", target: "", example: "" }])}
          >
            Add a button
          </Button>
        </div>
      )}
    </>
  );
}

interface WordsProps {
  label: string;
  text: string;
  examples: Values;
  named: boolean;
  error: string | null;
  most: number;
  rows?: number;
  /** How many variables it may have. */
  variables?: number;
  onText: (text: string) => void;
  onExamples: (examples: Values) => void;
}

/** A text with variables, and an example for each. */
export function Words({ label, text, examples, named, error, most, rows, variables = 99, onText, onExamples }: WordsProps) {
  const names = variablesOf(text);
  const hint = `${text.length} of ${most} characters${rows ? "; *bold*, _italic_, ~struck~" : ""}`;
  const next = named ? `name_${names.length + 1}` : String(names.length + 1);
  return (
    <>
      {rows ? (
        <TextArea label={label} rows={rows} value={text} error={error} onInput={onText} />
      ) : (
        <Field label={label} value={text} error={error} onInput={onText} />
      )}
      <div class="row wrap">
        <Button icon="plus" disabled={names.length >= variables} onClick={() => onText(`${text}{{${next}}}`)}>
          Variable
        </Button>
        <span class={text.length > most ? "field-error" : "field-hint"}>{hint}</span>
      </div>
      {names.length > 0 && (
        <div class="editor-examples">
          {names.map((name) => (
            <Field
              key={name}
              label={`Example of {{${name}}}`}
              value={examples[name] ?? ""}
              placeholder="What it may say"
              onInput={(value) => onExamples({ ...examples, [name]: value })}
            />
          ))}
        </div>
      )}
    </>
  );
}
