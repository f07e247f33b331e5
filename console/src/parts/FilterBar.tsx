// Searching and filtering a list: in a line where there is room, else behind a button.

import { useState } from "preact/hooks";
import { Button, IconButton } from "./Button.tsx";
import { Sheet } from "./Dialog.tsx";
import { Field, type Option, SearchField, Select } from "./Field.tsx";
import type { Filtering } from "./filters.ts";
import { useTyped } from "./typed.ts";
import "./layout.css";

/** So many stand in a line by themselves on any screen. */
const FEW = 2;

/** A filter that is chosen from its options; without options it is typed. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  /** What stands there while nothing is chosen or typed: "Every status", "Error code". */
  readonly any: string;
  readonly options?: readonly Option[];
  readonly inputMode?: "tel";
}

interface FilterBarProps {
  /** What is filtered, for who listens. */
  label: string;
  of: Filtering;
  choices: readonly Choice[];
  /** The filter that is always in view and typed. */
  search?: { readonly name: string; readonly placeholder: string };
}

export function FilterBar({ label, of, choices, search }: FilterBarProps) {
  const [open, setOpen] = useState(false);
  const values = of.filters.value;
  const chosen = choices.filter((choice) => values[choice.name]).length;
  const few = !search && choices.length <= FEW;
  const controls = (unseen: boolean) =>
    choices.map((choice) => <Control key={choice.name} of={of} choice={choice} unseen={unseen} />);
  return (
    <div class={`filter-bar ${few ? "few" : ""}`} role="search" aria-label={label}>
      {search && <Search of={of} {...search} />}
      <div class="filter-wide">{controls(true)}</div>
      {of.isFiltered.value && (
        <span class="filter-clear">
          <IconButton icon="close" label="Clear the search and all filters" onClick={of.clearFilters} />
        </span>
      )}
      <span class="filter-narrow">
        <Button icon="filter" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          {chosen ? `Filters (${chosen})` : "Filters"}
        </Button>
      </span>
      <Sheet
        open={open}
        title="Filters"
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button onClick={of.clearFilters} disabled={!of.isFiltered.value}>
              Clear all
            </Button>
            <Button manner="main" onClick={() => setOpen(false)}>
              Show
            </Button>
          </>
        }
      >
        {controls(false)}
      </Sheet>
    </div>
  );
}

function Search({ of, name, placeholder }: { of: Filtering; name: string; placeholder: string }) {
  const [typed, type] = useTyped(of.filters.value[name] ?? "", (value) => of.setFilter(name, value));
  return <SearchField label={placeholder} value={typed} onInput={type} />;
}

function Control({ of, choice, unseen }: { of: Filtering; choice: Choice; unseen: boolean }) {
  const { name, label, any, options, ...more } = choice;
  const set = (value: string): void => of.setFilter(name, value);
  const value = of.filters.value[name] ?? "";
  const [typed, type] = useTyped(value, set);
  if (!options) return <Field label={label} labelUnseen={unseen} placeholder={any} value={typed} onInput={type} {...more} />;
  const other = value && !options.some((option) => option.value === value) ? [{ value, label: value }] : [];
  const all = [{ value: "", label: any }, ...options, ...other];
  return <Select label={label} labelUnseen={unseen} value={value} options={all} onChange={set} />;
}
