// One event on its way to one webhook: each attempt with its bytes and headers, and how to check the signatures.

import { useEffect, useState } from "preact/hooks";
import { api, type Result } from "../../api/client.ts";
import { platformNow } from "../../api/clock.ts";
import type { AttemptView, DeliveryDetail, DeliveryView, VerifyView } from "../../api/types.ts";
import { Badge, type Tone } from "../../parts/Badge.tsx";
import { Batch } from "../../parts/Batch.tsx";
import { Bytes, Code } from "../../parts/Code.tsx";
import { FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { type Tab, Tabs } from "../../parts/Tabs.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import { Redeliver } from "./Actions.tsx";
import { Head } from "./Head.tsx";
import { Headers } from "./Headers.tsx";
import { deliveryAbout, deliveryTone, deliveryWords } from "./story.ts";
import { checkInNode, checkInPython } from "./verify.ts";

const DIALECTS: Readonly<Record<string, string>> = { cloud: "Cloud", onprem: "On-Premises" };

export function DeliveryStep({ delivery }: { delivery: DeliveryView }) {
  const [open, setOpen] = useState(false);
  return (
    <Head
      what={`${deliveryWords(delivery)}:`}
      mark={<Badge tone={deliveryTone(delivery)}>{deliveryAbout(delivery)}</Badge>}
    >
      <p class="mono soft foreign">{delivery.url ?? "No webhook is set."}</p>
      {delivery.attempts.length > 0 && (
        <ol class="attempts" aria-label="Attempts">
          {delivery.attempts.map((attempt, at) => (
            <AttemptLine key={at} attempt={attempt} />
          ))}
        </ol>
      )}
      {delivery.why && (
        <p class="foreign story-failed">
          {delivery.why.sentence} {delivery.why.fix}
        </p>
      )}
      {delivery.due && <Next due={delivery.due} isFirst={delivery.attempts.length === 0} />}
      <div class="story-tools">
        <details class="more" onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>Exact bytes, headers, and how to verify the signature</summary>
          {open && <Sent delivery={delivery} />}
        </details>
        <span class="row">
          <a href={href(`/webhooks/${delivery.id}`)}>In the log</a>
          <Redeliver delivery={delivery} />
        </span>
      </div>
    </Head>
  );
}

function Next({ due, isFirst }: { due: string; isFirst: boolean }) {
  if (isFirst && Date.parse(due) <= platformNow.value) {
    return <p class="soft">It waits its turn: what comes before it has not been taken, or the number's webhooks are paused.</p>;
  }
  return (
    <p>
      <b>Next try</b> <Time at={due} />, at <Time at={due} clock />
    </p>
  );
}

function AttemptLine({ attempt }: { attempt: AttemptView }) {
  return (
    <li>
      <span class="faint nums">{attempt.number}.</span>
      <Time at={attempt.at} clock />
      <Badge tone={attemptTone(attempt)}>{attempt.status ?? "no answer"}</Badge>
      <span class="faint nums">{attempt.elapsed_ms} ms</span>
      <span class="soft clip foreign">{attempt.answer.encoding === "base64" ? "" : attempt.answer.text}</span>
    </li>
  );
}

function attemptTone({ status }: AttemptView): Tone {
  return status !== null && status >= 200 && status < 300 ? "good" : "bad";
}

function Sent({ delivery }: { delivery: DeliveryView }) {
  const [found, setFound] = useState<Result<DeliveryDetail> | null>(null);
  const version = `${delivery.state} ${delivery.attempts.length}`;
  useEffect(() => {
    let isCurrent = true;
    void api
      .get("/webhooks/deliveries/{delivery_id}", { params: { delivery_id: delivery.id } })
      .then((answer) => isCurrent && setFound(answer));
    return () => {
      isCurrent = false;
    };
  }, [delivery.id, version]);
  if (!found) return <Loading label="Reading the delivery" />;
  if (!found.ok) return <FailureState failure={found.failure} />;
  return <Detail detail={found.value} />;
}

function Detail({ detail }: { detail: DeliveryDetail }) {
  const { body } = detail;
  if (!body) return <Notice title="There is nothing to send">This event is not told in the dialect of the webhook.</Notice>;
  const whose = detail.batches.length > 0 ? "of the last attempt" : "of every attempt";
  const tabs: Tab[] = [
    { id: "body", label: "Body", view: () => <Bytes payload={body} label={`Body ${whose}, ${wordOf(detail.dialect)}`} /> },
    { id: "attempts", label: "Attempts", count: detail.attempts.length, view: () => <Attempts detail={detail} /> },
    { id: "verify", label: "Verify", view: () => <Verify detail={detail} /> },
  ];
  for (const batch of detail.batches) {
    tabs.push({ id: batch.id, label: "Batch", view: () => <Batch batch={batch} of={detail.id} /> });
  }
  for (const [dialect, told] of Object.entries(detail.bodies)) {
    if (dialect === detail.dialect || !told) continue;
    const label = wordOf(dialect);
    tabs.push({ id: dialect, label, view: () => <Bytes payload={told} label={`As ${label} is told`} /> });
  }
  return <Tabs label="What was sent" tabs={tabs} />;
}

function wordOf(dialect: string): string {
  return DIALECTS[dialect] ?? dialect;
}

function Attempts({ detail }: { detail: DeliveryDetail }) {
  if (detail.attempts.length === 0) {
    return (
      <>
        <p>Nothing was sent yet. These headers will be the same in every attempt:</p>
        <Headers headers={detail.headers} label="Headers" />
      </>
    );
  }
  return (
    <>
      {detail.attempts.map((attempt, at) => (
        <section key={at} class="stack" aria-label={`Attempt ${attempt.number}`}>
          <h4>
            Attempt {attempt.number}, <Time at={attempt.at} clock />:{" "}
            {attempt.status === null ? "no answer" : `answered ${attempt.status}`} in {attempt.elapsed_ms} ms
          </h4>
          <Headers headers={attempt.request_headers ?? detail.headers} label="Headers that were sent" />
          {attempt.headers && <Headers headers={attempt.headers} label="Headers of the answer" />}
          <Bytes payload={attempt.answer} label={attempt.status === null ? "What went wrong" : "Body of the answer"} />
        </section>
      ))}
    </>
  );
}

function Verify({ detail }: { detail: DeliveryDetail }) {
  return (
    <>
      {detail.verify.map((verify) => (
        <VerifyOne key={verify.header} verify={verify} />
      ))}
      {detail.verify.length === 0 && <p class="faint">Nothing was sent, so there is no signature.</p>}
    </>
  );
}

function VerifyOne({ verify }: { verify: VerifyView }) {
  const isHub = verify.header === "x-hub-signature-256";
  return (
    <section class="stack" aria-label={verify.header}>
      <h4 class="mono">{verify.header}</h4>
      <p class="soft">
        HMAC-SHA256 of {verify.signed}. The key is {verify.secret}.
      </p>
      <Code text={verify.value} label="What was sent" />
      {isHub && <Code text={checkInPython} label="Check it in Python" />}
      {isHub && <Code text={checkInNode} label="Check it in Node" />}
      <Code text={verify.command} label="Make it in a shell: the body in the file body, the secret in $SECRET" />
    </section>
  );
}
