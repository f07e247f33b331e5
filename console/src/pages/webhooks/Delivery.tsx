// One delivery: where it goes, every attempt with its answer, and the exact bytes in both dialects.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { Changes } from "../../api/live.ts";
import type { AttemptView, DeliveryDetail, VerifyView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Batch } from "../../parts/Batch.tsx";
import { Button, LinkButton } from "../../parts/Button.tsx";
import { Bytes, Code } from "../../parts/Code.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { useFollowed } from "../../parts/followed.ts";
import { Icon } from "../../parts/Icon.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { PanelHead } from "../../parts/PanelHead.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { Time } from "../../parts/Time.tsx";
import { toast } from "../../parts/Toast.tsx";
import { href } from "../../shell/router.ts";
import { deliveries, paused, redeliver } from "./state.ts";
import { deliveryTone, deliveryWord, eventWord, isTaken } from "./words.ts";

const DIALECTS: Readonly<Record<string, string>> = { cloud: "Cloud API", onprem: "On-Premises API" };

const DELIVERY = {
  ask: (id: string) => api.get("/webhooks/deliveries/{delivery_id}", { params: { delivery_id: id } }),
  concerns: ({ deliveries, world }: Changes, id: string) =>
    deliveries.includes(id) || world.includes("numbers") || world.includes("clock"),
};

export function Delivery({ id }: { id: string }) {
  const [found, read] = useFollowed(id, DELIVERY);
  if (found === null) return <Loading label="Reading the delivery" />;
  if (!found.ok) {
    return (
      <>
        <PanelHead close={toLog()} />
        <FailureState failure={found.failure} onRetry={read} />
      </>
    );
  }
  return <Shown delivery={found.value} />;
}

function toLog(): { to: string; label: string } {
  return { to: href("/webhooks", deliveries.filters.value), label: "Close the delivery" };
}

function Shown({ delivery }: { delivery: DeliveryDetail }) {
  const [busy, setBusy] = useState(false);
  const held = paused.value.some((number) => number.phone_number_id === delivery.phone_number_id);
  const again = async (): Promise<void> => {
    setBusy(true);
    if (await redeliver(delivery.id)) toast(held ? "It goes out when the number is no longer paused." : "It is delivered once more.");
    setBusy(false);
  };
  return (
    <article class="panel" aria-label="The delivery">
      <PanelHead
        title={eventWord(delivery)}
        close={toLog()}
        about={
          <>
            <Badge tone={deliveryTone(delivery)}>{deliveryWord(delivery, held)}</Badge>
            <span class="soft">
              <Time at={delivery.at} />
            </span>
            {delivery.due && !held && (
              <span class="soft">
                next try <Time at={delivery.due} />
              </span>
            )}
          </>
        }
        actions={
          <>
            <Button icon="refresh" busy={busy} onClick={() => void again()}>
              Redeliver
            </Button>
            {delivery.message_id && (
              <LinkButton to={href(`/messages/${encodeURIComponent(delivery.message_id)}`)} icon="messages">
                Its message
              </LinkButton>
            )}
          </>
        }
      />
      <div class="stack">
        {delivery.why && (
          <Notice tone={delivery.state === "dead" ? "bad" : "wait"} title={<span class="foreign">{delivery.why.sentence}</span>}>
            <p>{delivery.why.fix}</p>
          </Notice>
        )}
        <section class="card" aria-label="Where it goes">
          <Facts
            facts={[
              ["Goes to", delivery.url ?? "nowhere: no webhook is set"],
              ["Business number", delivery.phone_number_id],
              delivery.endpoint ? ["Further endpoint", delivery.endpoint] : null,
              ["Dialect", DIALECTS[delivery.dialect] ?? delivery.dialect],
              ["Event", <Id id={delivery.event_id} />],
              delivery.id !== delivery.event_id ? ["Delivery", <Id id={delivery.id} />] : null,
            ]}
          />
        </section>
        <section aria-label="Attempts" class="stack">
          <h3>{delivery.attempts.length === 0 ? "No attempt yet" : "Attempts, the last first"}</h3>
          {[...delivery.attempts].reverse().map((attempt, at) => (
            <Attempt key={attempt.number} attempt={attempt} taken={isTaken(delivery, attempt)} open={at === 0} />
          ))}
        </section>
        <section aria-label="The bytes" class="stack">
          <h3>What is sent</h3>
          {delivery.batches.map((batch) => (
            <Batch key={batch.id} batch={batch} of={delivery.id} />
          ))}
          <Bodies delivery={delivery} />
        </section>
        {delivery.verify.length > 0 && <Verify all={delivery.verify} />}
      </div>
    </article>
  );
}

function Attempt({ attempt, taken, open }: { attempt: AttemptView; taken: boolean; open: boolean }) {
  return (
    <details class="attempt" open={open}>
      <summary>
        <Icon name="right" size={14} />
        <span class="attempt-number nums">{attempt.number}</span>
        <Badge tone={taken ? "good" : "bad"}>{attempt.status ?? "no answer"}</Badge>
        <span class="soft nums">{attempt.elapsed_ms} ms</span>
        <span class="grow" />
        <span class="soft">
          <Time at={attempt.at} clock />
        </span>
      </summary>
      <div class="attempt-body">
        {attempt.status === null ? (
          <p class="foreign">{attempt.answer.text}</p>
        ) : (
          <Bytes payload={attempt.answer} label="The answer" />
        )}
        {attempt.headers && <Headers of={attempt.headers} label="Headers of the answer" />}
        {attempt.request_headers && <Headers of={attempt.request_headers} label="Headers that were sent" />}
      </div>
    </details>
  );
}

function Headers({ of, label }: { of: Readonly<Record<string, string>>; label: string }) {
  const text = Object.entries(of).map(([name, value]) => `${name}: ${value}`).join("\n");
  return text ? <Code text={text} label={label} /> : null;
}

function Bodies({ delivery }: { delivery: DeliveryDetail }) {
  const names = Object.keys(delivery.bodies).sort((name) => (name === delivery.dialect ? -1 : 1));
  const tabs = names.map((name) => ({
    id: name,
    label: `${DIALECTS[name] ?? name}${name === delivery.dialect ? (delivery.batches.length ? ", by itself" : ", as it is sent") : ""}`,
    view: () => <BodyOf name={name} delivery={delivery} />,
  }));
  return <Tabs tabs={tabs} label="Dialects" />;
}

function BodyOf({ name, delivery }: { name: string; delivery: DeliveryDetail }) {
  const payload = delivery.bodies[name];
  if (!payload) return <p class="soft">The {DIALECTS[name] ?? name} has no word for this event: it is not told there.</p>;
  return (
    <>
      <Bytes payload={payload} label="Body" />
      {name === delivery.dialect && !delivery.attempts.at(-1)?.batch && <Headers of={delivery.headers} label="Headers of every attempt" />}
    </>
  );
}

function Verify({ all }: { all: readonly VerifyView[] }) {
  return (
    <section aria-label="Signatures" class="stack">
      <h3>How a receiver checks it</h3>
      {all.map((each) => (
        <div class="card stack" key={each.header}>
          <Facts
            facts={[
              ["Header", <span class="mono">{each.header}</span>],
              ["Key", each.secret],
              ["What is signed", each.signed],
            ]}
          />
          <Code text={each.value} label={each.header} />
          <Code text={each.command} label="Prints it, with the body in the file `body`" />
        </div>
      ))}
      <p>
        <a href={href("/webhooks/signature")}>It does not fit? Find out why.</a>
      </p>
    </section>
  );
}

function Id({ id }: { id: string }) {
  return (
    <span class="row">
      <span class="mono clip" title={id}>
        {id}
      </span>
      <Copy text={id} label="Copy the id" />
    </span>
  );
}
