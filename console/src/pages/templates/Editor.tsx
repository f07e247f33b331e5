// Write a template: a form on one side, the phone on the other.

import { useEffect, useMemo, useState } from "preact/hooks";
import { api, type Failure } from "../../api/client.ts";
import type { TemplateView } from "../../api/types.ts";
import { Button, LinkButton } from "../../parts/Button.tsx";
import { Code } from "../../parts/Code.tsx";
import { EmptyState, Loading } from "../../parts/EmptyState.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { toast } from "../../parts/Toast.tsx";
import { go, href, query } from "../../shell/router.ts";
import type { PageProps } from "../page.ts";
import { drawnOf } from "./definition.ts";
import { BLANK, componentsOf, type Draft, draftOf, type Place, placeOf } from "./draft.ts";
import { CodeParts } from "./EditorCode.tsx";
import { Buttons, Cards, Content, Kind, type Wrong } from "./EditorParts.tsx";
import { Preview } from "./Preview.tsx";
import { changed, read, startTemplates, state } from "./state.ts";
import "./templates.css";

export default function Editor({ params }: PageProps) {
  useEffect(startTemplates, []);
  const { templates } = state.value;
  const id = params["id"] ?? null;
  const source = id ?? query.value["from"] ?? null;
  const from = templates?.find((template) => template.id === source) ?? null;
  if (templates === null || state.value.accounts.length === 0)
    return (
      <PageFrame title="Template">
        <Loading />
      </PageFrame>
    );
  if (id !== null && from === null) {
    return (
      <PageFrame title="Template" back={{ to: href("/templates"), label: "To the templates" }}>
        <EmptyState icon="templates" title="This template is not there any more" />
      </PageFrame>
    );
  }
  return <Form key={`${id} ${source}`} edited={id === null ? null : from} from={from} />;
}

/** `edited`: the template that is changed; without it a new one is written, which begins as `from`, if there is one. */
function Form({ edited, from }: { edited: TemplateView | null; from: TemplateView | null }) {
  const [draft, setDraft] = useState<Draft>(() =>
    from ? { ...draftOf(from), ...(edited ? {} : { name: `${from.name}_copy` }) } : BLANK,
  );
  const [account, setAccount] = useState(from?.waba_id ?? state.peek().accounts[0]?.waba_id ?? "");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const components = useMemo(() => componentsOf(draft), [draft]);
  const drawn = useMemo(() => drawnOf(components, {}), [components]);
  const place: Place | null = failure && placeOf(failure.sentence);
  const wrong: Wrong = (at) => (failure && place === at ? failure.sentence : null);
  const change = (given: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...given }));
    setFailure(null);
  };
  const body = requestOf(draft, components, edited);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const done = edited
      ? await api.put("/templates/{template_id}", body as never, { params: { template_id: edited.id } })
      : await api.post("/templates", { ...body, waba_id: account } as never);
    setBusy(false);
    if (!done.ok) {
      setFailure(done.failure);
      document
        .querySelector(`[data-place="${placeOf(done.failure.sentence)}"]`)
        ?.scrollIntoView({ block: "center", behavior: "smooth" });
      return;
    }
    toast(edited ? "Saved; the review looks at it again" : `${draft.name} is made; its review has begun`);
    await changed();
    await read();
    go(`/templates/${(done.value as TemplateView).id}`);
  };
  const back = edited ? `/templates/${edited.id}` : "/templates";
  return (
    <PageFrame
      title={edited ? `Edit ${edited.name}` : "New template"}
      back={{ to: href(back), label: "Back" }}
      about={
        edited
          ? `${edited.language}; what is saved is reviewed again`
          : "Checked by the rules of WhatsApp when it is saved"
      }
    >
      <form class="editor" onSubmit={(event) => void save(event)}>
        <div class="editor-form stack">
          {failure && place === "form" && (
            <div data-place="form">
              <Notice tone="bad" title="It was not taken">
                <p class="foreign">{failure.sentence}</p>
              </Notice>
            </div>
          )}
          <Kind draft={draft} change={change} wrong={wrong} isNew={!edited} account={account} onAccount={setAccount} />
          {draft.category === "AUTHENTICATION" ? (
            <CodeParts draft={draft} change={change} wrong={wrong} />
          ) : (
            <>
              <Content draft={draft} change={change} wrong={wrong} />
              {draft.cards.length === 0 && <Buttons draft={draft} change={change} wrong={wrong} />}
              <Cards draft={draft} change={change} wrong={wrong} />
            </>
          )}
          <div class="editor-foot">
            <LinkButton to={href(back)}>Cancel</LinkButton>
            <Button type="submit" manner="main" icon="check" busy={busy}>
              {edited ? "Save and review" : "Create and review"}
            </Button>
          </div>
        </div>
        <div class="editor-look">
          <h2>On the phone</h2>
          <Preview drawn={drawn} />
          <details>
            <summary>As a program sends it</summary>
            <Code text={JSON.stringify(body, null, 2)} label="The request" json />
          </details>
        </div>
      </form>
    </PageFrame>
  );
}

function requestOf(draft: Draft, components: readonly object[], edited: TemplateView | null): object {
  if (edited) return { ...(edited.category !== draft.category && { category: draft.category }), components };
  return {
    name: draft.name,
    language: draft.language,
    category: draft.category,
    ...(draft.named && { parameter_format: "NAMED" }),
    components,
  };
}
