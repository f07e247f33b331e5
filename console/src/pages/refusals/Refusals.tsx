// The requests that the server refused lately: they leave no message, so that this is where to learn of them.

import { useCallback, useEffect, useMemo } from "preact/hooks";
import type { RefusalView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button, LinkButton } from "../../parts/Button.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { FilterBar } from "../../parts/FilterBar.tsx";
import { filtering } from "../../parts/filters.ts";
import { PageFrame } from "../../parts/Page.tsx";
import { Split } from "../../parts/Split.tsx";
import { Time } from "../../parts/Time.tsx";
import { VirtualList } from "../../parts/VirtualList.tsx";
import { href, query } from "../../shell/router.ts";
import type { PageProps } from "../index.ts";
import { Detail } from "./Detail.tsx";
import { clear, retry, scroll, startRefusals, state } from "./state.ts";
import { FACES, fitting, requestsOf, requestsWord } from "./words.ts";
import "./refusals.css";

const ROW_PX = 58;
const filtered = filtering(["q", "face"]);
const keyOf = (refusal: RefusalView): string => refusal.id;
const CHOICES = [
  {
    name: "face",
    label: "API",
    any: "Every API",
    options: Object.entries(FACES).map(([value, label]) => ({ value, label })),
  },
];

export default function Refusals({ params }: PageProps) {
  useEffect(startRefusals, []);
  const { items } = state.value;
  const { q = "", face = "" } = filtered.filters.value;
  const found = useMemo(() => fitting(items ?? [], q, face), [items, q, face]);
  const chosen = params["id"] ?? null;
  return (
    <PageFrame
      title="Refused requests"
      about={<About found={found} />}
      actions={
        !!items?.length && (
          <Button icon="trash" onClick={() => void clear()}>
            Clear
          </Button>
        )
      }
      toolbar={
        <FilterBar
          label="Refused requests"
          of={filtered}
          choices={CHOICES}
          search={{ name: "q", placeholder: "Code, path or words" }}
        />
      }
      whole
    >
      <Split list={<List found={found} chosen={chosen} />} detail={chosen ? <Detail id={chosen} /> : null} />
    </PageFrame>
  );
}

function About({ found }: { found: readonly RefusalView[] }) {
  const { items, forgotten } = state.value;
  if (items === null) return <>&nbsp;</>;
  return (
    <span role="status">
      {requestsWord(requestsOf(found))}, newest first
      {forgotten > 0 && `; ${forgotten.toLocaleString()} more are no longer kept`}
    </span>
  );
}

function List({ found, chosen }: { found: readonly RefusalView[]; chosen: string | null }) {
  const row = useCallback((refusal: RefusalView) => <Row refusal={refusal} chosen={refusal.id === chosen} />, [chosen]);
  const { items, failure } = state.value;
  if (items === null) return failure ? <FailureState failure={failure} onRetry={retry} /> : <Loading label="Reading" />;
  if (items.length === 0) return <Nothing />;
  if (found.length === 0) {
    return (
      <EmptyState icon="filter" title="No refused request is like that">
        <p>Search for a code, a part of the path, or a word of why it was refused.</p>
        <Button icon="close" onClick={filtered.clearFilters}>
          Clear the filters
        </Button>
      </EmptyState>
    );
  }
  return (
    <VirtualList
      class="refusals"
      items={found}
      keyOf={keyOf}
      estimate={ROW_PX}
      row={row}
      label="Refused requests, newest first"
      scroll={scroll}
      arrivals="new"
    />
  );
}

function Row({ refusal, chosen }: { refusal: RefusalView; chosen: boolean }) {
  return (
    <a
      class={`row-link refusal-row ${chosen ? "chosen" : ""}`}
      href={href(`/refusals/${refusal.id}`, query.value)}
      aria-current={chosen ? "true" : undefined}
    >
      <span class="refusal-code nums">{refusal.code}</span>
      <span class="refusal-why foreign">{refusal.sentence}</span>
      <span class="refusal-when">
        {refusal.count > 1 && <Badge tone="wait">{`${refusal.count.toLocaleString()} times`}</Badge>} <Time at={refusal.at} />
      </span>
      <span class="refusal-what clip mono">
        {refusal.method} {refusal.path}
      </span>
      <span class="refusal-face">
        {FACES[refusal.face]} <span class="nums">{refusal.status}</span>
      </span>
    </a>
  );
}

function Nothing() {
  return (
    <EmptyState icon="check" title="No request was refused">
      <p>
        When a program's request is answered with an error, it stands here at once: what was sent, why it was refused, and what to
        do. If your program sends and nothing appears, neither here nor among the messages, its requests do not reach this server:
        look at the address that it sends to.
      </p>
      <LinkButton to={href("/errors")} icon="errors">
        See every error
      </LinkButton>
    </EmptyState>
  );
}
