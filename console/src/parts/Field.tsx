// Things to fill in, each with its label.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import "./controls.css";

interface Common {
  label: string;
  /** Leave the label to be read out only: where a placeholder or a column says it to those who see. */
  labelUnseen?: boolean;
  /** One sentence under the control. */
  hint?: ComponentChildren;
  /** What is wrong with what was filled in. */
  error?: string | null | undefined;
}

interface FrameProps extends Common {
  id: string;
  children: ComponentChildren;
}

function Frame({ id, label, labelUnseen, hint, error, children }: FrameProps) {
  return (
    <div class="field">
      <label for={id} class={labelUnseen ? "unseen" : "field-label"}>
        {label}
      </label>
      {children}
      {hint && !error && (
        <p class="field-hint" id={`${id}-about`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-about`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function aria(id: string, { hint, error }: Common) {
  return { "aria-invalid": error ? true : undefined, "aria-describedby": hint || error ? `${id}-about` : undefined };
}

/** What of the input's own attributes may be given. */
interface Native {
  type?: "text" | "password" | "url" | "tel" | "email" | "number" | "date" | "datetime-local";
  name?: string;
  placeholder?: string;
  autocomplete?: string;
  inputMode?: "text" | "tel" | "numeric" | "decimal" | "url" | "search";
  autoFocus?: boolean;
  disabled?: boolean;
  readOnly?: boolean;
  required?: boolean;
  maxLength?: number;
  min?: number | string;
  max?: number | string;
  step?: number | string;
  spellcheck?: boolean;
  onKeyDown?: (event: KeyboardEvent) => void;
  onBlur?: () => void;
}

export interface FieldProps extends Common, Native {
  value: string;
  onInput: (value: string) => void;
}

/** A line of text; `type`, `placeholder`, `autocomplete`... are the input's own. */
export function Field({ label, labelUnseen, hint, error, value, onInput, type = "text", ...rest }: FieldProps) {
  const id = useId();
  const about = { label, labelUnseen, hint, error };
  return (
    <Frame id={id} {...about}>
      <input
        autocomplete="off"
        {...rest}
        {...aria(id, about)}
        type={type as "text"} // the attributes that depend on the type are none of those in Native
        id={id}
        class="input"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Frame>
  );
}

interface AreaProps extends Common, Pick<Native, "name" | "placeholder" | "disabled" | "readOnly" | "maxLength" | "onKeyDown"> {
  rows?: number;
  value: string;
  onInput: (value: string) => void;
}

/** Several lines of text. */
export function TextArea({ label, labelUnseen, hint, error, value, onInput, ...rest }: AreaProps) {
  const id = useId();
  const about = { label, labelUnseen, hint, error };
  return (
    <Frame id={id} {...about}>
      <textarea
        rows={4}
        spellcheck={false}
        {...rest}
        {...aria(id, about)}
        id={id}
        class="input area"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Frame>
  );
}

interface SearchProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  placeholder?: string;
  autoFocus?: boolean;
}

/** A field to search with: a glass in it, and Escape empties it. */
export function SearchField({ label, value, onInput, placeholder, autoFocus }: SearchProps) {
  const id = useId();
  return (
    <div class="field search">
      <label for={id} class="unseen">
        {label}
      </label>
      <Icon name="search" size={16} />
      <input
        autocomplete="off"
        spellcheck={false}
        autoFocus={autoFocus}
        id={id}
        type="search"
        class="input"
        placeholder={placeholder ?? label}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && value && onInput("")}
      />
    </div>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

interface SelectProps extends Common, Pick<Native, "name" | "disabled" | "autoFocus"> {
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
}

/** One of several; a native list, so that every keyboard and phone knows it. */
export function Select({ label, labelUnseen, hint, error, value, options, onChange, ...rest }: SelectProps) {
  const id = useId();
  const about = { label, labelUnseen, hint, error };
  return (
    <Frame id={id} {...about}>
      <span class="select">
        <select
          {...rest}
          {...aria(id, about)}
          id={id}
          class={`input ${value ? "" : "unset"}`}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="down" size={14} />
      </span>
    </Frame>
  );
}

interface SwitchProps {
  label: string;
  hint?: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

/** On or off, at once. */
export function Switch({ label, hint, checked, onChange, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div class="switch-field">
      <input
        id={id}
        class="switch"
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-about` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <div>
        <label for={id}>{label}</label>
        {hint && (
          <p class="field-hint" id={`${id}-about`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
