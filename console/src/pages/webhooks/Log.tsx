// The log of deliveries, newest first, and what it is filtered by.

import { useCallback, useEffect } from "preact/hooks";
import type { DeliveryView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { LinkButton } from "../../parts/Button.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { type Choice, FilterBar } from "../../parts/FilterBar.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { LiveRows } from "../../parts/LiveList.tsx";
import { numberChoice } from "../../parts/numbers.ts";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import { deliveries, paused } from "./state.ts";
import { attemptsWord, deliveryTone, deliveryWord, eventWord, isBehind, STATES_IN_ORDER, stateWord } from "./words.ts";

const ROW_PX = 49;
const MEASURED_MS = 200;
const KINDS = [
  { value: "status", label: "Statuses" },
  { value: "message", label: "Messages of users" },
  ...["account_alerts", "account_update", "message_template_status_update", "message_template_quality_update"].map(plain),
  ...["phone_number_name_update", "phone_number_quality_update", "template_category_update", "user_preferences"].map(plain),
];
const STATES = STATES_IN_ORDER.map((value) => ({ value, label: stateWord(value) }));

function plain(kind: string) {
  return { value: kind, label: kind.replace(/_/g, " ") };
}

export function Toolbar() {
  const choices: readonly Choice[] = [
    ...numberChoice(),
    { name: "state", label: "State", any: "Every state", options: STATES },
    { name: "kind", label: "Kind", any: "Every kind", options: KINDS },
  ];
  return <FilterBar label="Deliveries" of={deliveries} choices={choices} search={{ name: "message", placeholder: "Id of a message" }} />;
}

export function Log({ chosen }: { chosen: string | null }) {
  const row = useCallback((delivery: DeliveryView) => <Row delivery={delivery} chosen={delivery.id === chosen} />, [chosen]);
  const filled = deliveries.state.value.items.length > 0;
  useEffect(() => {
    if (!chosen || !filled) return;
    // Beside a delivery rows are higher than across the page: the chosen one must not slip out of view by that.
    const show = (): void => document.querySelector(".delivery-row.chosen")?.scrollIntoView({ block: "nearest" });
    const timer = window.setTimeout(show, MEASURED_MS);
    return () => window.clearTimeout(timer);
  }, [chosen, filled]);
  return (
    <LiveRows of={deliveries} class="deliveries" estimate={ROW_PX} row={row}>
      <EmptyState icon="webhooks" title="Nothing has been delivered yet">
        <p>Set a webhook and test it: each event is delivered there and listed here, with every attempt.</p>
        <LinkButton to={href("/webhooks/endpoints")} icon="webhooks">
          Set a webhook
        </LinkButton>
      </EmptyState>
    </LiveRows>
  );
}

function Row({ delivery, chosen }: { delivery: DeliveryView; chosen: boolean }) {
  const held = paused.value.some((number) => number.phone_number_id === delivery.phone_number_id);
  return (
    <a
      class={`row-link delivery-row ${chosen ? "chosen" : ""}`}
      href={href(`/webhooks/${encodeURIComponent(delivery.id)}`, deliveries.filters.value)}
      aria-current={chosen ? "true" : undefined}
    >
      <span class="delivery-state">
        <Badge tone={deliveryTone(delivery)}>{deliveryWord(delivery, held)}</Badge>
      </span>
      <span class="delivery-what clip">{eventWord(delivery)}</span>
      {delivery.wa_id && <span class="delivery-who clip nums">+{delivery.wa_id}</span>}
      <span class="delivery-where clip foreign">
        {delivery.endpoint && <Icon name="attach" size={13} />}
        {delivery.url ?? "nowhere: no webhook is set"}
      </span>
      <span class="delivery-tries clip nums">{attemptsWord(delivery, isBehind(delivery, deliveries.state.value.items))}</span>
      <span class="delivery-when">
        <Time at={delivery.at} />
      </span>
      {delivery.due && !held && delivery.attempts.length > 0 && (
        <span class="delivery-next">
          next try <Time at={delivery.due} />
        </span>
      )}
    </a>
  );
}
