// An error out of all there are: searched for by code or words, chosen from a native list.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ErrorView } from "../../api/types.ts";
import { SearchField } from "../../parts/Field.tsx";
import { href } from "../../shell/router.ts";
import { found, named } from "../errors/found.ts";
import { state } from "../errors/state.ts";

interface ErrorPickerProps {
  /** Those that usually come so stand first. */
  when: "answer" | "webhook";
  /** A name or a code; empty for none. */
  chosen: string;
  /** What choosing none is called; null: one must be chosen. */
  none: string | null;
  onChoose: (name: string) => void;
}

export function ErrorPicker({ when, chosen, none, onChoose }: ErrorPickerProps) {
  const [search, setSearch] = useState("");
  const id = useId();
  const list = useRef<HTMLSelectElement>(null);
  const errors = state.value.errors ?? [];
  const shown = found(errors, search);
  const is = named(errors, chosen);
  const usual = shown.filter((error) => error.when === "both" || error.when === when);
  const others = shown.filter((error) => !usual.includes(error));
  const wasKnown = errors.length > 0;
  useEffect(() => {
    // What a preset has chosen stands in the middle: the browser would leave it half hidden at the edge.
    const box = list.current;
    const top = box?.selectedOptions[0]?.getBoundingClientRect().top;
    if (box && top !== undefined) box.scrollTop += top - box.getBoundingClientRect().top - box.clientHeight / 2;
  }, [wasKnown]);
  const take = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it chooses the first that was found, and does not send the form around it
    const first = [...usual, ...others][0];
    if (search && first) onChoose(first.name);
  };
  return (
    <div class="field rule-error">
      <label class="field-label" for={id}>
        Error
      </label>
      <div onKeyDown={take}>
        <SearchField
          label="Search the errors"
          placeholder="Code or words: 131026, template, rate"
          value={search}
          onInput={setSearch}
        />
      </div>
      <select ref={list} id={id} class="input rule-errors" size={10} onChange={(event) => onChoose(event.currentTarget.value)}>
        {none !== null && !search && (
          <option value="" selected={!chosen}>
            {none}
          </option>
        )}
        <Options label={when === "answer" ? "Returned in the answer" : "Reported on the webhook"} errors={usual} chosen={is} />
        <Options label={when === "answer" ? "Usually on the webhook" : "Usually in the answer"} errors={others} chosen={is} />
      </select>
      {is ? (
        <p class="field-hint">
          {is.meaning} <a href={href(`/errors/${is.name}`)}>All about it</a>
        </p>
      ) : (
        search && shown.length === 0 && <p class="field-hint">No error matches.</p>
      )}
    </div>
  );
}

function Options({ label, errors, chosen }: { label: string; errors: readonly ErrorView[]; chosen: ErrorView | undefined }) {
  if (errors.length === 0) return null;
  return (
    <optgroup label={label}>
      {errors.map((error) => (
        <option key={error.name} value={error.name} selected={error === chosen}>
          {`${error.code} ${error.title} · ${error.name}`}
        </option>
      ))}
    </optgroup>
  );
}
