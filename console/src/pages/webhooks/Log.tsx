// The log of deliveries, newest first, and what it is filtered by.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { DeliveryView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button, IconButton, LinkButton } from "../../parts/Button.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Field, Select } from "../../parts/Field.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { Time } from "../../parts/Time.tsx";
import { VirtualList } from "../../parts/VirtualList.tsx";
import { href } from "../../shell/router.ts";
import { clearFilters, type Filter, filters, numbers, paused, readMore, retry, scroll, setFilter, state } from "./state.ts";
import { attemptsWord, deliveryTone, deliveryWord, eventWord, STATES_IN_ORDER, stateWord } from "./words.ts";

const ROW_PX = 49;
const TYPING_MS = 250;
const MEASURED_MS = 200;
const KINDS = [
  { value: "", label: "Every kind" },
  { value: "status", label: "Statuses" },
  { value: "message", label: "Messages of users" },
  ...["account_alerts", "account_update", "message_template_status_update", "message_template_quality_update"].map(plain),
  ...["phone_number_name_update", "phone_number_quality_update", "template_category_update", "user_preferences"].map(plain),
];
const keyOf = (delivery: DeliveryView): string => delivery.id;

function plain(kind: string) {
  return { value: kind, label: kind.replace(/_/g, " ") };
}

export function Toolbar({ beside }: { beside: boolean }) {
  const among = (numbers.value ?? []).map((each) => ({ value: each.phone_number_id, label: each.phone_number_id }));
  const states = STATES_IN_ORDER.map((value) => ({ value, label: stateWord(value) }));
  const [message, setMessage] = useTyped("message");
  const kind = filters.value.kind ?? "";
  const kinds = KINDS.some((each) => each.value === kind) ? KINDS : [...KINDS, plain(kind)];
  return (
    <div class={`webhook-tools ${beside ? "webhook-beside" : ""}`} role="search" aria-label="Deliveries">
      {among.length > 1 && (
        <Select
          label="Number"
          labelUnseen
          value={filters.value.number ?? ""}
          options={[{ value: "", label: "Every number" }, ...among]}
          onChange={(value) => setFilter("number", value)}
        />
      )}
      <Select
        label="State"
        labelUnseen
        value={filters.value.state ?? ""}
        options={[{ value: "", label: "Every state" }, ...states]}
        onChange={(value) => setFilter("state", value)}
      />
      <Select label="Kind" labelUnseen value={kind} options={kinds} onChange={(value) => setFilter("kind", value)} />
      <Field label="Message" labelUnseen placeholder="Id of a message" value={message} onInput={setMessage} />
      {Object.keys(filters.value).length > 0 && <IconButton icon="close" label="Clear all filters" onClick={clearFilters} />}
    </div>
  );
}

export function Log({ chosen }: { chosen: string | null }) {
  const { items, next, reading, failure } = state.value;
  const row = useCallback((delivery: DeliveryView) => <Row delivery={delivery} chosen={delivery.id === chosen} />, [chosen]);
  const filled = items.length > 0;
  useEffect(() => {
    if (!chosen || !filled) return;
    // Beside a delivery rows are higher than across the page: the chosen one must not slip out of view by that.
    const show = (): void => document.querySelector(".delivery-row.chosen")?.scrollIntoView({ block: "nearest" });
    const timer = window.setTimeout(show, MEASURED_MS);
    return () => window.clearTimeout(timer);
  }, [chosen, filled]);
  if (!filled) return <Nothing />;
  return (
    <>
      {failure && (
        <Notice tone="bad" title="The list could not be read on">
          {failure.sentence}
        </Notice>
      )}
      <VirtualList
        class="deliveries"
        items={items}
        keyOf={keyOf}
        estimate={ROW_PX}
        row={row}
        label="Deliveries, newest first"
        onNearEnd={readMore}
        scroll={scroll}
        arrivals="new"
        foot={<Foot end={next === null} reading={reading === "more"} />}
      />
    </>
  );
}

function Row({ delivery, chosen }: { delivery: DeliveryView; chosen: boolean }) {
  const held = paused.value.some((number) => number.phone_number_id === delivery.phone_number_id);
  return (
    <a
      class={`delivery-row ${chosen ? "chosen" : ""}`}
      href={href(`/webhooks/${encodeURIComponent(delivery.id)}`, filters.value)}
      aria-current={chosen ? "true" : undefined}
    >
      <span class="delivery-state">
        <Badge tone={deliveryTone(delivery)}>{deliveryWord(delivery, held)}</Badge>
      </span>
      <span class="delivery-what clip">{eventWord(delivery)}</span>
      <span class="delivery-where clip foreign">
        {delivery.endpoint && <Icon name="attach" size={13} />}
        {delivery.url ?? "nowhere: no webhook is set"}
      </span>
      <span class="delivery-tries clip nums">{attemptsWord(delivery)}</span>
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

function Foot({ end, reading }: { end: boolean; reading: boolean }) {
  if (reading) return <Loading label="Reading on" />;
  if (!end) return null;
  const filtered = Object.keys(filters.value).length > 0;
  return <p class="messages-end">{filtered ? "No more are like that." : "This is the first delivery."}</p>;
}

function Nothing() {
  const { reading, failure } = state.value;
  if (failure) return <FailureState failure={failure} onRetry={retry} />;
  if (reading) return <Loading label="Reading the deliveries" />;
  if (Object.keys(filters.value).length > 0) {
    return (
      <EmptyState icon="filter" title="No delivery is like that">
        <p>Take a filter away. New deliveries that fit appear here by themselves.</p>
        <Button icon="close" onClick={clearFilters}>
          Clear the filters
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="webhooks" title="Nothing has been delivered yet">
      <p>Set a webhook, and test it: whatever happens to messages is told there, and stands here with every attempt.</p>
      <LinkButton to={href("/webhooks/endpoints")} icon="webhooks">
        Set a webhook
      </LinkButton>
    </EmptyState>
  );
}

/** A filter that is typed: it holds when the typing pauses. */
function useTyped(name: Filter): [string, (value: string) => void] {
  const held = filters.value[name] ?? "";
  const [typed, setTyped] = useState(held);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => setTyped(held), [held]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const type = (value: string): void => {
    setTyped(value);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setFilter(name, value.trim()), TYPING_MS);
  };
  return [typed, type];
}
