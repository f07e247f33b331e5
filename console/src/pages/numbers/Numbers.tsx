// The numbers of the business, the tokens that act for them, and the accounts that they belong to.

import { useEffect, useState } from "preact/hooks";
import type { NumberView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { go, href, query } from "../../shell/router.ts";
import { qualityTone, qualityWord } from "../templates/state.ts";
import { Accounts } from "./Accounts.tsx";
import { AddNumber } from "./AddNumber.tsx";
import { details, read, startNumbers, state, tierWord } from "./state.ts";
import { Tokens } from "./Tokens.tsx";
import "./numbers.css";

export default function Numbers() {
  useEffect(startNumbers, []);
  const [adding, setAdding] = useState(false);
  const { numbers, tokens, accounts } = state.value;
  const view = query.value["view"] ?? "numbers";
  return (
    <PageFrame
      title="Numbers"
      about="What a business writes from, and with which tokens"
      actions={
        view === "numbers" && (
          <Button icon="plus" manner="main" aria-haspopup="dialog" onClick={() => setAdding(true)}>
            Add a number
          </Button>
        )
      }
    >
      {numbers === null ? (
        <Waiting />
      ) : (
        <Tabs
          label="What is shown"
          chosen={view}
          onChoose={(id) => go("/numbers", { ...query.peek(), view: id === "numbers" ? undefined : id }, true)}
          tabs={[
            { id: "numbers", label: "Numbers", count: numbers.length, view: () => <List numbers={numbers} /> },
            { id: "tokens", label: "Tokens", count: tokens.length, view: () => <Tokens /> },
            { id: "accounts", label: "Accounts", count: accounts.length, view: () => <Accounts /> },
          ]}
        />
      )}
      {adding && <AddNumber onClose={() => setAdding(false)} />}
    </PageFrame>
  );
}

function Waiting() {
  const { failure } = state.value;
  return failure ? <FailureState failure={failure} onRetry={() => void read()} /> : <Loading label="Reading the numbers" />;
}

function List({ numbers }: { numbers: readonly NumberView[] }) {
  if (numbers.length === 0) {
    return (
      <EmptyState icon="numbers" title="No numbers yet">
        <p>Add one: it gets a token and an app secret, and every phone can write to it.</p>
      </EmptyState>
    );
  }
  return (
    <ul class="cards">
      {numbers.map((number) => (
        <li key={number.phone_number_id}>
          <One number={number} />
        </li>
      ))}
    </ul>
  );
}

function One({ number }: { number: NumberView }) {
  const detail = details.value[number.phone_number_id];
  const account = state.value.accounts.find((each) => each.waba_id === number.waba_id);
  return (
    <a class="card number-card" href={href(`/numbers/${number.phone_number_id}`)}>
      <span class="row">
        <span class="chat-face number-face" aria-hidden="true">
          {number.name.charAt(0).toUpperCase() || "#"}
        </span>
        <span class="grow">
          <b class="foreign">{number.name}</b>
          <span class="soft nums">+{number.phone_number_id}</span>
        </span>
        <Icon name="right" size={16} />
      </span>
      <span class="row wrap">
        {detail && !detail.registered && <Badge tone="bad">Not registered</Badge>}
        {detail && !detail.verified && <Badge tone="wait">Not verified</Badge>}
        {account?.disabled && <Badge tone="bad">Account disabled</Badge>}
        {account?.restriction && <Badge tone="wait">Account restricted</Badge>}
        {detail && <Badge tone={qualityTone(detail.quality)}>Quality: {qualityWord(detail.quality).toLowerCase()}</Badge>}
        {detail && <Badge>{tierWord(detail.tier)}</Badge>}
        {number.webhook_paused && <Badge tone="wait">Webhook paused</Badge>}
        <Badge>{number.callback_dialect === "cloud" ? "Cloud API" : "On-Premises"}</Badge>
      </span>
      <span class="number-hook soft">
        <Icon name="webhooks" size={15} />
        <span class="clip foreign">{number.webhook?.url ?? "No webhook: nothing is told"}</span>
      </span>
    </a>
  );
}
