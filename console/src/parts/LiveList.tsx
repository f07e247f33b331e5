// A list that lives, as it is shown: its rows, how many they are, and what stands there when there are none.

import type { ComponentChildren } from "preact";
import { Button } from "./Button.tsx";
import { EmptyState, FailureState, Loading } from "./EmptyState.tsx";
import type { Listed } from "./list.ts";
import type { LiveList } from "./liveList.ts";
import { Notice } from "./Notice.tsx";
import { VirtualList } from "./VirtualList.tsx";

interface RowsProps<T extends Listed> {
  of: LiveList<T>;
  /** How high a row is until it was drawn once, in pixels. */
  estimate: number;
  row: (item: T) => ComponentChildren;
  class?: string;
  /** What stands below the last row in place of the usual words. */
  end?: ComponentChildren;
  /** What stands there when there has never been one: what to do next. */
  children: ComponentChildren;
}

const keyOf = (item: Listed): string => item.id;

export function LiveRows<T extends Listed>({ of, estimate, row, class: name = "", end, children }: RowsProps<T>) {
  const { items, next, reading, failure } = of.state.value;
  const [one, many] = of.words;
  if (items.length === 0) return <NoRows of={of}>{children}</NoRows>;
  const words = of.isFiltered.value ? `No more ${many} match.` : `This is the first ${one}.`;
  return (
    <>
      {failure && (
        <Notice tone="bad" title="The list could not be read on">
          {failure.sentence}
        </Notice>
      )}
      <VirtualList
        class={name}
        items={items}
        keyOf={keyOf}
        estimate={estimate}
        row={row}
        label={`${many[0]?.toUpperCase()}${many.slice(1)}, newest first`}
        onNearEnd={of.readMore}
        scroll={of.scroll}
        arrivals="new"
        foot={reading === "more" ? <Loading label="Reading on" /> : next === null && (end || <p class="list-end">{words}</p>)}
      />
    </>
  );
}

/** What stands where a list has no rows: why, and, when there has never been one, the children. */
export function NoRows<T extends Listed>({ of, children }: { of: LiveList<T>; children: ComponentChildren }) {
  const { next, reading, failure } = of.state.value;
  const [one, many] = of.words;
  if (failure) return <FailureState failure={failure} onRetry={() => void of.readAnew()} />;
  if (reading || next !== null) return <Loading label={`Reading the ${many}`} />;
  if (!of.isFiltered.value) return <>{children}</>;
  return (
    <EmptyState icon="filter" title={`No ${one} matches`}>
      <p>Remove a filter, or search for less. New {many} that match appear here by themselves.</p>
      <Button icon="close" onClick={of.clearFilters}>
        Clear the filters
      </Button>
    </EmptyState>
  );
}

/** How many there are, as far as they have been read: "200+ messages, newest first". */
export function ListCount<T extends Listed>({ of }: { of: LiveList<T> }) {
  const { items, next, reading } = of.state.value;
  const [one, many] = of.words;
  if (reading === "first" && items.length === 0) return <>&nbsp;</>;
  const count = `${items.length.toLocaleString()}${next === null ? "" : "+"}`;
  const word = items.length === 1 && next === null ? one : many;
  return (
    <span role="status">
      {count} {word}, {of.isFiltered.value ? "as filtered" : "newest first"}
    </span>
  );
}
