// Where the events of each number go: its webhook, and further endpoints beside it.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { Changes } from "../../api/live.ts";
import type { EndpointView, NumberView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button, IconButton, LinkButton } from "../../parts/Button.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { EmptyState, Loading } from "../../parts/EmptyState.tsx";
import { useFollowed } from "../../parts/followed.ts";
import { Notice } from "../../parts/Notice.tsx";
import { numbers } from "../../parts/numbers.ts";
import { Switch } from "../../parts/Field.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import { href } from "../../shell/router.ts";
import { EndpointDialog } from "./EndpointDialog.tsx";
import { pause, readPaused, waiting } from "./state.ts";
import { TestDialog } from "./TestDialog.tsx";
import { WebhookDialog } from "./WebhookDialog.tsx";
import { waitingWords } from "./words.ts";

const DIALECTS = { cloud: "Cloud API", onprem: "On-Premises API" } as const;

const FURTHER = {
  ask: (number: string) => api.get("/numbers/{phone_number_id}/webhooks", { params: { phone_number_id: number } }),
  concerns: ({ world }: Changes) => world.includes("numbers"),
};

type Open = null | "set" | "test" | "remove" | "add" | EndpointView;

export function Endpoints() {
  if (numbers.value === null) return <Loading label="Reading the numbers" />;
  if (numbers.value.length === 0) return <EmptyState icon="numbers" title="There is no number yet" />;
  return (
    <div class="endpoint-cards">
      {numbers.value.map((number) => (
        <NumberCard key={number.phone_number_id} number={number} />
      ))}
    </div>
  );
}

function NumberCard({ number }: { number: NumberView }) {
  const id = number.phone_number_id;
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  const [found, readFurther] = useFollowed(id, FURTHER);
  const further = found?.ok ? found.value.webhooks : [];
  const left = number.webhook_paused
    ? `${waitingWords(waiting.value[id])}.`
    : "While it is on, events wait in order; nothing is lost.";
  return (
    <section class="card stack" aria-label={`Webhooks of ${id}`}>
      <div class="endpoint-head">
        <h2 class="grow">
          <span class="nums">{id}</span> <span class="soft">{number.name}</span>
        </h2>
        <Badge>{DIALECTS[number.callback_dialect]}</Badge>
        <LinkButton to={href("/webhooks", { number: id })} manner="quiet">
          Deliveries
        </LinkButton>
      </div>
      <div class="endpoint-head">
        {number.webhook ? (
          <span class="endpoint-url row">
            <span class="mono foreign">{number.webhook.url}</span>
            <Copy text={number.webhook.url} label="Copy the address" />
          </span>
        ) : (
          <span class="endpoint-url soft">No webhook: events are kept, but delivered to nobody.</span>
        )}
        <Button icon="edit" manner={number.webhook ? "plain" : "main"} aria-haspopup="dialog" onClick={() => setOpen("set")}>
          {number.webhook ? "Change" : "Set a webhook"}
        </Button>
        <Button
          icon="send"
          disabled={!number.webhook && further.length === 0}
          aria-haspopup="dialog"
          onClick={() => setOpen("test")}
        >
          Test it
        </Button>
        {number.webhook && (
          <Button icon="trash" aria-haspopup="dialog" onClick={() => setOpen("remove")}>
            Remove
          </Button>
        )}
      </div>
      {number.webhook && number.webhook.header_names.length > 0 && (
        <p class="soft">Every call carries {number.webhook.header_names.join(", ")}.</p>
      )}
      {number.webhook?.disabled && <Gone>Set it again once the receiver is there.</Gone>}
      <Switch
        label="Paused"
        hint={left}
        checked={number.webhook_paused}
        onChange={(wanted) => void pause(id, wanted)}
      />
      <div>
        <div class="endpoint-head">
          <h3 class="grow">Further endpoints</h3>
          <Button icon="plus" manner="quiet" aria-haspopup="dialog" onClick={() => setOpen("add")}>
            Add one
          </Button>
        </div>
        {further.length === 0 ? (
          <p class="soft">None. Each gets every event, independently of the others.</p>
        ) : (
          <ul class="endpoint-list">
            {further.map((one) => (
              <Further key={one.id} number={id} one={one} onChange={() => setOpen(one)} onDone={readFurther} />
            ))}
          </ul>
        )}
      </div>
      {open === "set" && <WebhookDialog number={number} onClose={close} />}
      {open === "test" && <TestDialog number={number} onClose={close} />}
      {(open === "add" || (open && typeof open === "object")) && (
        <EndpointDialog
          number={id}
          one={open === "add" ? null : open}
          onClose={() => {
            close();
            void readFurther();
          }}
        />
      )}
      <RemoveWebhook number={id} open={open === "remove"} onClose={close} />
    </section>
  );
}

function Gone({ children }: { children: string }) {
  return (
    <Notice tone="bad" title="It answered 410 Gone">
      Nothing is sent there any more. {children}
    </Notice>
  );
}

function RemoveWebhook({ number, open, onClose }: { number: string; open: boolean; onClose: () => void }) {
  const remove = async (): Promise<void> => {
    const done = await api.delete("/numbers/{phone_number_id}/webhook", { params: { phone_number_id: number } });
    if (!done.ok) return toastFailure(done.failure);
    toast(`${number} has no webhook any more.`);
    onClose();
    await readPaused();
  };
  return (
    <Confirm open={open} title="Remove the webhook" verb="Remove it" onConfirm={() => void remove()} onClose={onClose}>
      <p>Events of {number} go nowhere from then on. Deliveries that still wait for it are cancelled.</p>
    </Confirm>
  );
}

interface FurtherProps {
  number: string;
  one: EndpointView;
  onChange: () => void;
  onDone: () => Promise<void>;
}

function Further({ number, one, onChange, onDone }: FurtherProps) {
  const [asking, setAsking] = useState(false);
  const remove = async (): Promise<void> => {
    const params = { phone_number_id: number, webhook_id: one.id };
    const done = await api.delete("/numbers/{phone_number_id}/webhooks/{webhook_id}", { params });
    if (!done.ok) return toastFailure(done.failure);
    setAsking(false);
    toast("The endpoint is removed.");
    await onDone();
  };
  return (
    <li>
      <div class="grow">
        <p class="mono foreign">{one.url}</p>
        <p class="row wrap soft">
          <span class="mono faint">{one.id}</span>
          {one.callback_dialect && <Badge>{DIALECTS[one.callback_dialect]}</Badge>}
          {one.has_secret && <Badge>own secret</Badge>}
          {one.header_names.length > 0 && <span>with {one.header_names.join(", ")}</span>}
          <span>{one.fields === null ? "every field" : one.fields.join(", ") || "no field"}</span>
        </p>
        {one.disabled && <Gone>Change it, with the same address or another, and it is tried again.</Gone>}
      </div>
      <IconButton icon="edit" label={`Change ${one.url}`} aria-haspopup="dialog" onClick={onChange} />
      <IconButton icon="trash" label={`Remove ${one.url}`} aria-haspopup="dialog" onClick={() => setAsking(true)} />
      <Confirm
        open={asking}
        title="Remove the endpoint"
        verb="Remove it"
        onConfirm={() => void remove()}
        onClose={() => setAsking(false)}
      >
        <p class="foreign">{one.url} is told of nothing more. What waits for it is cancelled.</p>
      </Confirm>
    </li>
  );
}
