// The templates of every account, and one of them beside the list.

import { useEffect } from "preact/hooks";
import type { TemplateView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button, LinkButton } from "../../parts/Button.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { type Choice, FilterBar } from "../../parts/FilterBar.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { PanelHead } from "../../parts/PanelHead.tsx";
import { Split } from "../../parts/Split.tsx";
import { href } from "../../shell/router.ts";
import type { PageProps } from "../page.ts";
import { drawnOf } from "./definition.ts";
import { Detail } from "./Detail.tsx";
import {
  filtered,
  filters,
  qualityTone,
  qualityWord,
  read,
  shown,
  startTemplates,
  state,
  statusTone,
  toTemplates,
  wordOf,
} from "./state.ts";
import "./templates.css";

export default function Templates({ params }: PageProps) {
  useEffect(startTemplates, []);
  const chosen = params["id"] ?? null;
  const { templates } = state.value;
  const one = templates?.find((template) => template.id === chosen);
  const detail = chosen === null || templates === null ? null : one ? <Detail key={one.id} template={one} /> : <Gone />;
  return (
    <PageFrame
      title="Templates"
      about={<About />}
      actions={
        <LinkButton to={href("/templates/new")} icon="plus" manner="main">
          New template
        </LinkButton>
      }
      toolbar={<Filters />}
      whole
    >
      <Split list={<List chosen={chosen} />} detail={detail} />
    </PageFrame>
  );
}

function About() {
  const { templates } = state.value;
  if (templates === null) return <>&nbsp;</>;
  const [all, some] = [templates.length, shown.value.length];
  const word = all === 1 ? "template" : "templates";
  return <span role="status">{all === some ? `${all} ${word}` : `${some} of ${all} ${word}`}</span>;
}

function Filters() {
  const { templates, accounts } = state.value;
  const among = (of: (template: TemplateView) => string, word: (value: string) => string = wordOf) =>
    [...new Set((templates ?? []).map(of))].sort().map((value) => ({ value, label: word(value) }));
  const owners = accounts.map((account) => ({ value: account.waba_id, label: account.name || account.waba_id }));
  const choices: readonly Choice[] = [
    ...(accounts.length > 1 ? [{ name: "account", label: "Account", any: "Every account", options: owners }] : []),
    { name: "status", label: "Status", any: "Every status", options: among((each) => each.status) },
    { name: "category", label: "Category", any: "Every category", options: among((each) => each.category) },
    { name: "quality", label: "Quality", any: "Every quality", options: among((each) => each.quality, qualityWord) },
    {
      name: "language",
      label: "Language",
      any: "Every language",
      options: among(
        (each) => each.language,
        (code) => code,
      ),
    },
  ];
  return <FilterBar label="Templates" of={filtered} choices={choices} search={{ name: "text", placeholder: "Search templates" }} />;
}

function List({ chosen }: { chosen: string | null }) {
  const { templates, accounts, failure } = state.value;
  if (templates === null)
    return failure ? <FailureState failure={failure} onRetry={() => void read()} /> : <Loading label="Reading the templates" />;
  if (shown.value.length === 0) return <Nothing any={templates.length > 0} />;
  const groups = accounts.map((account) => ({ account, of: shown.value.filter((each) => each.waba_id === account.waba_id) }));
  return (
    <div class="templates-list" tabIndex={-1}>
      {groups
        .filter((group) => group.of.length > 0)
        .map(({ account, of }) => (
          <section key={account.waba_id} aria-label={`Account ${account.name || account.waba_id}`}>
            {accounts.length > 1 && (
              <h2 class="templates-account">
                <span class="foreign">{account.name}</span> <span class="faint nums">{account.waba_id}</span>
              </h2>
            )}
            <ul>
              {of.map((template) => (
                <Row key={template.id} template={template} chosen={template.id === chosen} />
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}

function Row({ template, chosen }: { template: TemplateView; chosen: boolean }) {
  const drawn = drawnOf(template.components, {});
  return (
    <li>
      <a
        class={`row-link template-row ${chosen ? "chosen" : ""}`}
        href={href(`/templates/${template.id}`, filters.value)}
        aria-current={chosen ? "true" : undefined}
      >
        <span class="template-name">
          <b class="foreign">{template.name}</b>
          <span class="faint">{template.language}</span>
        </span>
        <span class="template-badges">
          {template.pacing !== null && <Badge tone="wait">Paced</Badge>}
          {template.quality !== "UNKNOWN" && (
            <Badge tone={qualityTone(template.quality)}>{qualityWord(template.quality)} quality</Badge>
          )}
          <Badge tone={statusTone(template.status)}>{wordOf(template.status)}</Badge>
        </span>
        <span class="template-says clip foreign soft" dir="auto">
          {drawn.body || drawn.header?.text}
        </span>
        <span class="template-category faint">{wordOf(template.category)}</span>
      </a>
    </li>
  );
}

function Nothing({ any }: { any: boolean }) {
  if (any) {
    return (
      <EmptyState icon="filter" title="No template matches">
        <p>Take a filter away, or search for less.</p>
        <Button icon="close" onClick={filtered.clearFilters}>
          Clear the filters
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="templates" title="No templates yet">
      <p>
        A template is what a business may send first, or a day after the user’s last message. Write one, and it is reviewed at
        once.
      </p>
      <LinkButton to={href("/templates/new")} icon="plus">
        New template
      </LinkButton>
    </EmptyState>
  );
}

function Gone() {
  return (
    <>
      <PanelHead close={toTemplates()} />
      <EmptyState icon="templates" title="This template is not there any more">
        <p>It was deleted, or everything was reset.</p>
      </EmptyState>
    </>
  );
}
