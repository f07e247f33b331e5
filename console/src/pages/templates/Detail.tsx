// One template: how it looks, and what can be done with it.

import { useMemo, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { MediaView, TemplateView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button, LinkButton } from "../../parts/Button.tsx";
import { JsonCode } from "../../parts/Code.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { PanelHead } from "../../parts/PanelHead.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import { go, href } from "../../shell/router.ts";
import { drawnOf, type Values } from "./definition.ts";
import { Pacing } from "./Pacing.tsx";
import { Preview } from "./Preview.tsx";
import { Review } from "./Review.tsx";
import { SendForm } from "./SendForm.tsx";
import { changed, filters, qualityTone, qualityWord, state, statusTone, toTemplates, wordOf } from "./state.ts";

export function Detail({ template }: { template: TemplateView }) {
  const [values, setValues] = useState<Values>({});
  const [files, setFiles] = useState<Readonly<Record<string, MediaView>>>({});
  const drawn = useMemo(() => drawnOf(template.components, values), [template.components, values]);
  const account = state.value.accounts.find((each) => each.waba_id === template.waba_id);
  const definition = {
    name: template.name,
    language: template.language,
    category: template.category,
    parameter_format: template.parameter_format,
    components: template.components,
  };
  return (
    <div class="panel template-detail">
      <PanelHead
        title={template.name}
        close={toTemplates()}
        about={
          <>
            <Badge tone={statusTone(template.status)}>{wordOf(template.status)}</Badge>
            <span class="soft">
              {wordOf(template.category)} · {template.language}
            </span>
          </>
        }
        actions={
          <>
            <LinkButton to={href(`/templates/${template.id}/edit`)} icon="edit">
              Edit
            </LinkButton>
            <LinkButton to={href("/templates/new", { from: template.id })} icon="copy">
              Copy as new
            </LinkButton>
            <Delete template={template} />
          </>
        }
      />
      {template.status === "REJECTED" && (
        <Notice tone="bad" title={`The review rejected it: ${wordOf(template.rejected_reason)}`}>
          <p>Edit it, and it is reviewed again; or approve it under Review.</p>
        </Notice>
      )}
      <div class="template-sides">
        <div class="template-look">
          <Preview drawn={drawn} fileOf={(key) => files[key] ?? null} />
          <Facts
            facts={[
              [
                "Id",
                <span class="id-line">
                  {template.id} <Copy text={template.id} label="Copy the id" />
                </span>,
              ],
              ["Account", account?.name ? `${account.name} (${template.waba_id})` : template.waba_id],
              [
                "Category",
                template.previous_category
                  ? `${wordOf(template.category)}, before ${wordOf(template.previous_category)}`
                  : wordOf(template.category),
              ],
              ["Quality", <Badge tone={qualityTone(template.quality)}>{qualityWord(template.quality)}</Badge>],
              ["Variables", template.parameter_format === "NAMED" ? "Named" : "Numbered"],
            ]}
          />
        </div>
        <div class="template-work">
          <Tabs
            label="What to do with it"
            tabs={[
              {
                id: "send",
                label: "Send",
                view: () => (
                  <SendForm template={template} values={values} onValues={setValues} files={files} onFiles={setFiles} />
                ),
              },
              { id: "review", label: "Review", view: () => <Review template={template} /> },
              { id: "pacing", label: "Pacing", view: () => <Pacing template={template} /> },
              {
                id: "definition",
                label: "Definition",
                view: () => <JsonCode value={definition} label="The body of a create request" />,
              },
            ]}
          />
        </div>
      </div>
    </div>
  );
}

function Delete({ template }: { template: TemplateView }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    const done = await api.delete("/templates/{template_id}", { params: { template_id: template.id } });
    setBusy(false);
    setAsking(false);
    if (!done.ok) return toastFailure(done.failure);
    toast(`${template.name} (${template.language}) is deleted`);
    go("/templates", filters.peek());
    await changed();
  };
  return (
    <>
      <Button icon="trash" aria-haspopup="dialog" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Confirm
        open={asking}
        title={`Delete ${template.name}?`}
        verb="Delete"
        busy={busy}
        onConfirm={() => void remove()}
        onClose={() => setAsking(false)}
      >
        <p>
          The {template.language} version goes; other languages stay. If it was approved its name is blocked for 30 days of
          platform time, and what it holds back fails.
        </p>
      </Confirm>
    </>
  );
}
