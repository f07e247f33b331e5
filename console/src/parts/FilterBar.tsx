// Searching and filtering a list: in a line where there is room, else behind a button.

import { useState } from "preact/hooks";
import { Button, IconButton } from "./Button.tsx";
import { Sheet } from "./Dialog.tsx";
import { type Option, SearchField, Select } from "./Field.tsx";
import "./layout.css";

export interface Choice {
  readonly name: string;
  readonly label: string;
  /** What stands there while nothing is chosen: "Every status". */
  readonly any: string;
  readonly options: readonly Option[];
}

interface FilterBarProps {
  /** What is filtered, for who listens. */
  label: string;
  values: Readonly<Record<string, string | undefined>>;
  choices: readonly Choice[];
  /** The name of the filter that is typed, and what stands in it. */
  search?: { readonly name: string; readonly placeholder: string };
  onSet: (name: string, value: string) => void;
  onClear: () => void;
}

export function FilterBar({ label, values, choices, search, onSet, onClear }: FilterBarProps) {
  const [open, setOpen] = useState(false);
  const chosen = choices.filter((choice) => values[choice.name]).length;
  const isSet = chosen > 0 || (!!search && !!values[search.name]);
  const controls = (unseen: boolean) =>
    choices.map((choice) => (
      <Select
        key={choice.name}
        label={choice.label}
        labelUnseen={unseen}
        value={values[choice.name] ?? ""}
        options={[{ value: "", label: choice.any }, ...choice.options]}
        onChange={(value) => onSet(choice.name, value)}
      />
    ));
  return (
    <div class="filter-bar" role="search" aria-label={label}>
      {search && (
        <SearchField
          label={search.placeholder}
          value={values[search.name] ?? ""}
          onInput={(value) => onSet(search.name, value)}
        />
      )}
      <div class="filter-wide">{controls(true)}</div>
      {isSet && (
        <span class="filter-clear">
          <IconButton icon="close" label="Clear the search and all filters" onClick={onClear} />
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
            <Button onClick={onClear} disabled={!isSet}>
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
