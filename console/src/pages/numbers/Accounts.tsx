// The accounts, as the platform that reviews, restricts and disables them.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { AccountChange, AccountView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { Select, Switch } from "../../parts/Field.tsx";
import { SetField } from "../../parts/SetField.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import { wordOf } from "../templates/state.ts";
import { act, state } from "./state.ts";

const REVIEWS = ["APPROVED", "PENDING", "REJECTED"].map((value) => ({ value, label: wordOf(value) }));
const RESTRICTIONS = [
  "RESTRICTED_BIZ_INITIATED_MESSAGING",
  "RESTRICTED_CUSTOMER_INITIATED_MESSAGING",
  "RESTRICTED_ADD_PHONE_NUMBER_ACTION",
].map((value) => ({ value, label: wordOf(value.replace("RESTRICTED_", "")) }));

export function Accounts() {
  return (
    <ul class="cards">
      {state.value.accounts.map((account) => (
        <li key={account.waba_id}>
          <One account={account} />
        </li>
      ))}
    </ul>
  );
}

function One({ account }: { account: AccountView }) {
  const [disabling, setDisabling] = useState(false);
  const numbers = (state.value.numbers ?? []).filter((number) => number.waba_id === account.waba_id);
  const change = (given: AccountChange, words: string) =>
    act(api.patch("/accounts/{waba_id}", given, { params: { waba_id: account.waba_id } }), words);
  const known = RESTRICTIONS.some((each) => each.value === account.restriction);
  return (
    <article class="card stack" aria-label={`Account ${account.name}`}>
      <header class="row wrap">
        <h2 class="grow foreign">{account.name}</h2>
        {account.disabled && <Badge tone="bad">Disabled</Badge>}
        {account.restriction && <Badge tone="wait">Restricted</Badge>}
        {account.review !== "APPROVED" && (
          <Badge tone={account.review === "REJECTED" ? "bad" : "info"}>{wordOf(account.review)}</Badge>
        )}
      </header>
      <Facts
        facts={[
          [
            "Id",
            <span class="id-line">
              {account.waba_id} <Copy text={account.waba_id} label="Copy the id of the account" />
            </span>,
          ],
          ["Numbers", numbers.map((number) => `+${number.phone_number_id}`).join(", ") || "None"],
          account.restriction_until !== null && ["Restricted until", <Time at={account.restriction_until} />],
          ["Templates", <a href={href("/templates", { account: account.waba_id })}>Show them</a>],
        ]}
      />
      <SetField
        label="Name"
        value={account.name}
        verb="Rename"
        isGood={Boolean}
        onSet={(name) => change({ name }, "The account has another name")}
      />
      <Select
        label="Review"
        value={account.review}
        options={REVIEWS}
        onChange={(review) => void change({ review } as AccountChange, `The review says ${wordOf(review).toLowerCase()}`)}
      />
      <Select
        label="Restriction"
        hint="It ends by itself after seven days of platform time"
        value={account.restriction ?? ""}
        options={[
          { value: "", label: "None" },
          ...RESTRICTIONS,
          ...(account.restriction && !known ? [{ value: account.restriction, label: wordOf(account.restriction) }] : []),
        ]}
        onChange={(value) =>
          void change({ restriction: value || null }, value ? "The account is restricted" : "The restriction is lifted")
        }
      />
      <Switch
        label="Disabled"
        hint="A disabled account sends nothing: error 131031"
        checked={account.disabled}
        onChange={(disabled) => (disabled ? setDisabling(true) : void change({ disabled }, "The account may send again"))}
      />
      <SetField
        label="Pace new templates to"
        inputMode="numeric"
        placeholder="All"
        value={String(account.template_pacing ?? "")}
        hint="After this many messages the rest are held; empty holds none"
        isGood={(count) => /^\d{0,6}$/.test(count)}
        onSet={(count) =>
          change({ template_pacing: count ? Number(count) : null }, `New templates are ${count ? "" : "not "}paced`)
        }
      />
      <Confirm
        open={disabling}
        title={`Disable ${account.name}?`}
        verb="Disable"
        onClose={() => setDisabling(false)}
        onConfirm={() => {
          setDisabling(false);
          void change({ disabled: true }, "The account is disabled");
        }}
      >
        <p>
          Every program that sends with one of its numbers is refused, and its webhooks are told, until you let it send again.
        </p>
      </Confirm>
    </article>
  );
}
