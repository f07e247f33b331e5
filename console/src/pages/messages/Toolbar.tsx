// Searching and filtering messages.

import { useEffect, useRef, useState } from "preact/hooks";
import { Button, IconButton } from "../../parts/Button.tsx";
import { Sheet } from "../../parts/Dialog.tsx";
import { Field, SearchField, Select } from "../../parts/Field.tsx";
import { statusWord } from "../../parts/Ticks.tsx";
import { TYPES } from "./kinds.ts";
import { clearFilters, type Filter, filters, numbers, setFilter } from "./state.ts";

const TYPING_MS = 250;
const DIRECTIONS = [
  { value: "outbound", label: "From a business" },
  { value: "inbound", label: "From a user" },
];
const STATUSES = ["accepted", "sent", "delivered", "read", "failed"].map((value) => ({ value, label: statusWord(value) }));

export function Toolbar() {
  const [open, setOpen] = useState(false);
  const [text, setText] = useTyped("text");
  const set = Object.keys(filters.value).length;
  const inSheet = Object.keys(filters.value).filter((name) => name !== "text").length;
  return (
    <div class="messages-tools" role="search" aria-label="Messages">
      <SearchField label="Search in messages" placeholder="Search messages" value={text} onInput={setText} />
      <div class="messages-filters">
        <Controls unseen />
      </div>
      {set > 0 && (
        <span class="messages-clear">
          <IconButton icon="close" label="Clear the search and all filters" onClick={clearFilters} />
        </span>
      )}
      <span class="messages-more">
        <Button icon="filter" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          {inSheet ? `Filters (${inSheet})` : "Filters"}
        </Button>
      </span>
      <Sheet
        open={open}
        title="Filter messages"
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button onClick={clearFilters} disabled={!set}>
              Clear all
            </Button>
            <Button manner="main" onClick={() => setOpen(false)}>
              Show
            </Button>
          </>
        }
      >
        <Controls />
      </Sheet>
    </div>
  );
}

function Controls({ unseen = false }: { unseen?: boolean }) {
  const [phone, setPhone] = useTyped("phone");
  const [error, setError] = useTyped("error");
  const among = [...numbers.value].map((each) => ({ value: each.phone_number_id, label: each.phone_number_id }));
  return (
    <>
      <Field label="User" labelUnseen={unseen} placeholder="User's number" inputMode="tel" value={phone} onInput={setPhone} />
      <Choice name="direction" label="Direction" any="Both ways" options={DIRECTIONS} unseen={unseen} />
      <Choice name="type" label="Type" any="Every type" options={TYPES} unseen={unseen} />
      <Choice name="status" label="Status" any="Every status" options={STATUSES} unseen={unseen} />
      {among.length > 1 && <Choice name="number" label="Number" any="Every number" options={among} unseen={unseen} />}
      <Field label="Error" labelUnseen={unseen} placeholder="Error code" value={error} onInput={setError} />
    </>
  );
}

interface ChoiceProps {
  name: Filter;
  label: string;
  any: string;
  options: readonly { value: string; label: string }[];
  unseen: boolean;
}

function Choice({ name, label, any, options, unseen }: ChoiceProps) {
  return (
    <Select
      label={label}
      labelUnseen={unseen}
      value={filters.value[name] ?? ""}
      options={[{ value: "", label: any }, ...options]}
      onChange={(value) => setFilter(name, value)}
    />
  );
}

/** A filter that is typed: it holds when the typing pauses. */
function useTyped(name: Filter): [string, (value: string) => void] {
  const held = filters.value[name] ?? "";
  const [typed, setTyped] = useState(held);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => setTyped(held), [held]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const type = (value: string): void => {
    setTyped(value);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setFilter(name, value.trim()), TYPING_MS);
  };
  return [typed, type];
}
