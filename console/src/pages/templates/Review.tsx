// What the platform decides on a template, decided here.

import { useState } from "preact/hooks";
import { api, type Result } from "../../api/client.ts";
import type { ReviewOrder, TemplateView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Field, Select, TextArea } from "../../parts/Field.tsx";
import type { IconName } from "../../parts/Icon.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import { changed, qualityWord, wordOf } from "./state.ts";

type Event = ReviewOrder["event"];

interface Decision {
  readonly event: Event;
  readonly label: string;
  readonly icon: IconName;
  readonly done: string;
}

const DECISIONS: readonly Decision[] = [
  { event: "APPROVED", label: "Approve", icon: "check", done: "approved" },
  { event: "PAUSED", label: "Pause", icon: "clock", done: "paused: sending it answers 132015" },
  { event: "REINSTATED", label: "Reinstate", icon: "refresh", done: "back in use" },
  { event: "FLAGGED", label: "Flag", icon: "warning", done: "flagged" },
  { event: "DISABLED", label: "Disable", icon: "block", done: "disabled: sending it answers 132016" },
];
const RARE: readonly Event[] = [
  "PENDING",
  "IN_APPEAL",
  "LIMIT_EXCEEDED",
  "LOCKED",
  "ARCHIVED",
  "UNARCHIVED",
  "PENDING_DELETION",
  "DELETED",
];
const REASONS = [
  "INVALID_FORMAT",
  "INCORRECT_CATEGORY",
  "PROMOTIONAL",
  "ABUSIVE_CONTENT",
  "TAG_CONTENT_MISMATCH",
  "SCAM",
  "NONE",
];
const QUALITIES = ["UNKNOWN", "GREEN", "YELLOW", "RED"] as const;
const CATEGORIES = ["UTILITY", "MARKETING", "AUTHENTICATION"] as const;

export function Review({ template }: { template: TemplateView }) {
  const [busy, setBusy] = useState<string | null>(null);
  const [rare, setRare] = useState("");
  const params = { template_id: template.id };
  const act = async (name: string, words: string, done: Promise<Result<unknown>>): Promise<boolean> => {
    setBusy(name);
    const result = await done;
    setBusy(null);
    if (!result.ok) toastFailure(result.failure);
    else toast(words);
    await changed();
    return result.ok;
  };
  const order = (event: Event, words: string) =>
    act(event, `${template.name} is ${words}`, api.post("/templates/{template_id}/review", { event }, { params }));
  const update = (change: object, words: string) =>
    act("update", words, api.patch("/templates/{template_id}", change as never, { params }));
  return (
    <>
      <p class="soft">You are the platform: each decision takes effect at once, and every webhook of the account is told.</p>
      <div class="template-decisions">
        {DECISIONS.map(({ event, label, icon, done }) => (
          <Button
            key={event}
            icon={icon}
            busy={busy === event}
            disabled={isSo(template, event)}
            onClick={() => void order(event, done)}
          >
            {label}
          </Button>
        ))}
        <Reject
          busy={busy === "REJECTED"}
          onReject={(wish) =>
            act("REJECTED", `${template.name} is rejected`, api.post("/templates/{template_id}/review", wish, { params }))
          }
        />
      </div>
      <div class="template-pair">
        <Select
          label="Another event"
          value={rare}
          options={[{ value: "", label: "Choose one" }, ...RARE.map((event) => ({ value: event, label: wordOf(event) }))]}
          onChange={setRare}
        />
        <Button
          disabled={!rare}
          busy={busy === rare && !!rare}
          onClick={() => void order(rare as Event, wordOf(rare).toLowerCase())}
        >
          Apply
        </Button>
      </div>
      <div class="template-pair even">
        <Select
          label="Quality"
          hint="High quality ends the pacing"
          value={template.quality}
          options={QUALITIES.map((value) => ({ value, label: qualityWord(value) }))}
          onChange={(quality) => void update({ quality }, `Its quality is ${qualityWord(quality).toLowerCase()}`)}
        />
        <Select
          label="Category"
          hint="The platform files it elsewhere"
          value={template.category}
          options={CATEGORIES.map((value) => ({ value, label: wordOf(value) }))}
          onChange={(category) => void update({ category }, `It is filed under ${wordOf(category).toLowerCase()}`)}
        />
      </div>
    </>
  );
}

function Reject({ busy, onReject }: { busy: boolean; onReject: (wish: ReviewOrder) => Promise<boolean> }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState(REASONS[0] ?? "");
  const [explanation, setExplanation] = useState("");
  const [recommendation, setRecommendation] = useState("");
  const reject = async (): Promise<void> => {
    if (await onReject({ event: "REJECTED", reason, explanation, recommendation })) setOpen(false);
  };
  return (
    <>
      <Button icon="close" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Reject …
      </Button>
      <Dialog
        open={open}
        title="Reject the template"
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button manner="danger" busy={busy} onClick={() => void reject()}>
              Reject
            </Button>
          </>
        }
      >
        <Select
          label="Reason"
          value={reason}
          options={REASONS.map((value) => ({ value, label: wordOf(value) }))}
          onChange={setReason}
        />
        <TextArea label="Explanation" rows={2} value={explanation} onInput={setExplanation} />
        <Field
          label="Recommendation"
          hint="Both are told to people in the webhook, and may be left empty."
          value={recommendation}
          onInput={setRecommendation}
        />
      </Dialog>
    </>
  );
}

/** Whether a decision would change nothing. */
function isSo(template: TemplateView, event: Event): boolean {
  if (event === "REINSTATED")
    return template.status === "APPROVED" || template.status === "PENDING" || template.status === "REJECTED";
  return template.status === event;
}
