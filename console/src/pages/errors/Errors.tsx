// Every error there is, to be searched.

import { useEffect, useMemo } from "preact/hooks";
import type { ErrorView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { SearchField } from "../../parts/Field.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { go, href, query } from "../../shell/router.ts";
import { found } from "./found.ts";
import { readErrors, state } from "./state.ts";
import { WhenBadge } from "./words.tsx";
import "./errors.css";

export default function Errors() {
  useEffect(() => void readErrors(), []);
  const search = query.value["q"] ?? "";
  const { errors, failure } = state.value;
  const fitting = useMemo(() => found(errors ?? [], search), [errors, search]);
  const about = errors ? `${fitting.length} of ${errors.length}, by their Cloud codes` : "Every error there is";
  return (
    <PageFrame title="Errors" about={<span role="status">{about}</span>} toolbar={<Toolbar search={search} />}>
      {failure ? (
        <FailureState failure={failure} onRetry={() => void readErrors()} />
      ) : errors === null ? (
        <Loading label="Reading the errors" />
      ) : fitting.length === 0 ? (
        <Nothing search={search} />
      ) : (
        <ul class="errors" aria-label="Errors">
          {fitting.map((error) => (
            <li key={error.name}>
              <Row error={error} />
            </li>
          ))}
        </ul>
      )}
    </PageFrame>
  );
}

function Toolbar({ search }: { search: string }) {
  return (
    <div class="errors-tools" role="search" aria-label="Errors">
      <SearchField
        label="Search errors"
        placeholder="Code or words, such as 131047 or template"
        value={search}
        onInput={(q) => go("/errors", { q }, true)}
      />
    </div>
  );
}

function Row({ error }: { error: ErrorView }) {
  return (
    <a class="row-link error-row" href={href(`/errors/${error.name}`)}>
      <span class="error-code nums">{error.code}</span>
      <span class="error-says">
        <b>{error.title}</b>
        <span class="error-means">{error.meaning.replace(/`/g, "")}</span>
      </span>
      <span class="error-when">
        <WhenBadge when={error.when} />
      </span>
      <span class="error-onprem nums">
        <span class="faint">On-Premises</span> {error.when === "answer" ? error.onprem_answer_code : error.onprem_code}
      </span>
    </a>
  );
}

function Nothing({ search }: { search: string }) {
  return (
    <EmptyState icon="search" title="No error matches">
      <p class="foreign">
        Nothing fits “{search}”. Search for the code that you got, in either dialect, or for a word of what it said.
      </p>
      <Button icon="close" onClick={() => go("/errors", {}, true)}>
        Show all errors
      </Button>
    </EmptyState>
  );
}
