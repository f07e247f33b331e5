// One number: what its owner sets, and what the platform thinks of it.

import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { NumberDetail, PatchedNumber } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { LinkButton } from "../../parts/Button.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { EmptyState, Loading } from "../../parts/EmptyState.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import type { PageProps } from "../page.ts";
import type { Changing } from "./changing.ts";
import { Own, Webhook } from "./NumberOwn.tsx";
import { AppSecret, Regard, Registration } from "./NumberPlatform.tsx";
import { Secrets } from "./Secret.tsx";
import { act, details, startNumbers, state } from "./state.ts";
import "./numbers.css";

export default function NumberPage({ params }: PageProps) {
  useEffect(startNumbers, []);
  const id = params["id"] ?? "";
  const number = details.value[id];
  const back = { to: href("/numbers"), label: "To the numbers" };
  if (number) return <Shown key={id} number={number} back={back} />;
  const isGone = state.value.numbers !== null && !state.value.numbers.some((each) => each.phone_number_id === id);
  return (
    <PageFrame title={`+${id}`} back={back}>
      {isGone ? <EmptyState icon="numbers" title="There is no such number" /> : <Loading />}
    </PageFrame>
  );
}

function Shown({ number, back }: { number: NumberDetail; back: { to: string; label: string } }) {
  const [told, setTold] = useState<PatchedNumber | null>(null);
  const params = { phone_number_id: number.phone_number_id };
  const changing: Changing = {
    number,
    put: async (change, words) => (await act(api.put("/numbers/{phone_number_id}", change, { params }), words)) !== null,
    patch: async (change, words) => {
      const done = await act(api.patch("/numbers/{phone_number_id}", change, { params }), words);
      if (done?.app_secret) setTold(done);
      return done !== null;
    },
  };
  const account = state.value.accounts.find((each) => each.waba_id === number.waba_id);
  const tokens = state.value.tokens.filter((token) => token.phone_number_id === number.phone_number_id).length;
  return (
    <PageFrame
      title={number.name}
      back={back}
      about={<span class="nums">+{number.phone_number_id}</span>}
      actions={
        <LinkButton to={href("/messages", { number: number.phone_number_id })} icon="messages">
          Its messages
        </LinkButton>
      }
    >
      <div class="number-page">
        <section class="card stack">
          <div class="row wrap">
            <Badge tone={number.registered ? "good" : "bad"}>{number.registered ? "Registered" : "Not registered"}</Badge>
            <Badge tone={number.verified ? "good" : "wait"}>{number.verified ? "Verified" : "Not verified"}</Badge>
            {number.webhook_paused && <Badge tone="wait">Webhook paused</Badge>}
            {number.test_recipients !== null && <Badge tone="info">Test number</Badge>}
          </div>
          <Facts
            facts={[
              [
                "Phone number id",
                <span class="id-line">
                  {number.phone_number_id} <Copy text={number.phone_number_id} label="Copy the phone number id" />
                </span>,
              ],
              [
                account?.name ? `Account: ${account.name}` : "Account",
                <span class="id-line">
                  {number.waba_id} <Copy text={number.waba_id} label="Copy the id of the account" />
                </span>,
              ],
              [
                "Tokens",
                <a href={href("/numbers", { view: "tokens", number: number.phone_number_id })}>
                  {tokens === 1 ? "1 token" : `${tokens} tokens`}
                </a>,
              ],
              ["Two-step code", number.has_pin ? "Set" : "Not set"],
              number.verification_code !== null && [
                "Code that verification waits for",
                <>
                  <b class="nums">{number.verification_code}</b> <Copy text={number.verification_code} label="Copy the code" />
                </>,
              ],
              !!told?.former_secret_until && ["The former secret signs until", <Time at={told.former_secret_until} />],
            ]}
          />
        </section>
        <Own {...changing} />
        <Webhook {...changing} />
        <Regard {...changing} />
        <Registration {...changing} />
        <AppSecret {...changing} />
      </div>
      {told?.app_secret && (
        <Secrets
          title="The new app secret"
          secrets={[["App secret", told.app_secret]]}
          onClose={() => setTold({ ...told, app_secret: null })}
        />
      )}
    </PageFrame>
  );
}
