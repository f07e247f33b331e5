// Why a message failed, or its webhook was not told, and what to do about it.

import { useEffect } from "preact/hooks";
import type { DeliveryView, MessageDetail, WhyView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { LinkButton } from "../../parts/Button.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { numbers, readNumbers } from "../../parts/numbers.ts";
import { href } from "../../shell/router.ts";
import { Sentence } from "../errors/words.tsx";
import { RedeliverAll } from "./Actions.tsx";
import { untold } from "./story.ts";

export function Why({ why, message }: { why: WhyView; message: MessageDetail }) {
  return (
    <section class="why bad" role="alert" aria-labelledby="why-title">
      <h2 id="why-title">
        <Icon name="warning" /> Why did this fail?
      </h2>
      <p class="why-sentence foreign">{why.sentence}</p>
      <p class="why-fix">
        <b>What to do:</b> <Sentence text={why.fix} />
      </p>
      <p class="row wrap">
        <Badge tone="bad">Cloud {why.code}</Badge>
        <Badge tone="bad">On-Premises {why.onprem_code}</Badge>
        <a href={href(`/errors/${why.name}`)}>All about {message.fault?.title ?? why.name}</a>
      </p>
      {message.findings.some((finding) => "fault_rule" in finding.facts) && (
        <LinkButton to={href("/rules")} icon="rules">
          The fault rules
        </LinkButton>
      )}
      {message.findings.some((finding) => finding.verdict === "failed" && finding.subject === "recipient") && (
        <LinkButton to={href(`/phones/${message.wa_id}`)} icon="phone">
          Open the user's phone
        </LinkButton>
      )}
      {why.name === "window_closed" && (
        <LinkButton to={href(`/phones/${message.wa_id}`)} icon="phone">
          Write from the user's phone
        </LinkButton>
      )}
    </section>
  );
}

/** That nobody was told, where the number has no webhook: else there is no trace of one, and no reason either. */
export function NoWebhook({ message }: { message: MessageDetail }) {
  useEffect(() => void readNumbers(), []);
  const number = numbers.value?.find((each) => each.phone_number_id === message.phone_number_id);
  if (!number || number.webhook || message.deliveries.length > 0) return null;
  return (
    <p class="soft why-untold">
      No program was told of it: the number has no webhook. <a href={href("/webhooks/endpoints")}>Set one</a>
    </p>
  );
}

/** What the webhook has not taken, if there is anything. */
export function NotTold({ deliveries }: { deliveries: readonly DeliveryView[] }) {
  const open = untold(deliveries);
  const last = open.at(-1);
  if (!last?.why) return null;
  return (
    <section class="why wait" aria-labelledby="untold-title">
      <h2 id="untold-title">
        <Icon name="webhooks" />
        {deliveries.length === 1
          ? "The webhook has not taken it"
          : `The webhook has not taken ${open.length} of ${deliveries.length} updates`}
      </h2>
      <p class="why-sentence foreign">{last.why.sentence}</p>
      <p class="why-fix">
        <b>What to do:</b> <Sentence text={last.why.fix} />
      </p>
      <span>
        <RedeliverAll deliveries={open} />
      </span>
    </section>
  );
}
