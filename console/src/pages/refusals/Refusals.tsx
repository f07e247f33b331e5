// The requests that the server refused lately: they leave no message, so that this is where to learn of them.

import { useCallback, useEffect } from "preact/hooks";
import type { RefusalView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button, LinkButton } from "../../parts/Button.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { FilterBar } from "../../parts/FilterBar.tsx";
import { LiveRows } from "../../parts/LiveList.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { Split } from "../../parts/Split.tsx";
import { Time } from "../../parts/Time.tsx";
import { href, query } from "../../shell/router.ts";
import type { PageProps } from "../page.ts";
import { Detail } from "./Detail.tsx";
import { clear, forgotten, refusals } from "./state.ts";
import { FACES, requestsWord } from "./words.ts";
import "./refusals.css";

const ROW_PX = 58;
const CHOICES = [
  {
    name: "face",
    label: "API",
    any: "Every API",
    options: Object.entries(FACES).map(([value, label]) => ({ value, label })),
  },
];

export default function Refusals({ params }: PageProps) {
  useEffect(refusals.start, []);
  const chosen = params["id"] ?? null;
  return (
    <PageFrame
      title="Refused requests"
      about={<About />}
      actions={
        (refusals.state.value.items.length > 0 || refusals.isFiltered.value) && (
          <Button icon="trash" onClick={() => void clear()}>
            Clear
          </Button>
        )
      }
      toolbar={
        <FilterBar
          label="Refused requests"
          of={refusals}
          choices={CHOICES}
          search={{ name: "text", placeholder: "Code, path or words" }}
        />
      }
      whole
    >
      <Split list={<List chosen={chosen} />} detail={chosen ? <Detail id={chosen} /> : null} />
    </PageFrame>
  );
}

/** How many requests stand behind the rows, as far as they have been read. */
function About() {
  const { items, next, reading } = refusals.state.value;
  if (reading === "first" && items.length === 0) return <>&nbsp;</>;
  return (
    <span role="status">
      {requestsWord(items, next !== null)}, {refusals.isFiltered.value ? "as filtered" : "newest first"}
      {forgotten.value > 0 && `; ${forgotten.value.toLocaleString()} more are no longer kept`}
    </span>
  );
}

function List({ chosen }: { chosen: string | null }) {
  const row = useCallback((refusal: RefusalView) => <Row refusal={refusal} chosen={refusal.id === chosen} />, [chosen]);
  return (
    <LiveRows of={refusals} class="refusals" estimate={ROW_PX} row={row}>
      <Nothing />
    </LiveRows>
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
        A request that is answered with an error appears here at once: what was sent, why it was refused, and what to do. If your
        program sends and nothing appears, neither here nor among the messages, its requests do not reach this server: check the
        address that it sends to.
      </p>
      <LinkButton to={href("/errors")} icon="errors">
        See every error
      </LinkButton>
    </EmptyState>
  );
}
