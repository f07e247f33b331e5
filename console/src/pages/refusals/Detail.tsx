// One refused request: why, what to do, what was sent and what was answered.

import { api } from "../../api/client.ts";
import type { RefusalView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { LinkButton } from "../../parts/Button.tsx";
import { Bytes } from "../../parts/Code.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { useFollowed } from "../../parts/followed.ts";
import { Icon } from "../../parts/Icon.tsx";
import { PanelHead } from "../../parts/PanelHead.tsx";
import { Time } from "../../parts/Time.tsx";
import { href, query } from "../../shell/router.ts";
import { Sentence } from "../errors/words.tsx";
import { concernsRefusals } from "./state.ts";
import { credentialOf, curlOf, FACES, templateOf } from "./words.ts";

const REFUSAL = {
  ask: (id: string) => api.get("/refusals/{refusal_id}", { params: { refusal_id: id } }),
  concerns: concernsRefusals,
};

export function Detail({ id }: { id: string }) {
  const [found, read] = useFollowed(id, REFUSAL);
  if (found === null) return <Loading label="Reading the request" />;
  if (!found.ok) {
    return (
      <>
        <PanelHead close={toRefusals()} />
        {found.failure.status === 404 ? <Gone /> : <FailureState failure={found.failure} onRetry={read} />}
      </>
    );
  }
  return <Shown refusal={found.value} />;
}

function Gone() {
  return (
    <EmptyState icon="info" title="It is no longer kept">
      <p>Refused requests are kept in memory only, and not all of them: newer ones or a restart take their place.</p>
    </EmptyState>
  );
}

function toRefusals(): { to: string; label: string } {
  return { to: href("/refusals", query.value), label: "Close the request" };
}

function Shown({ refusal }: { refusal: RefusalView }) {
  const { why, answer, body } = refusal;
  const template = why.name.startsWith("template") ? templateOf(refusal) : "";
  return (
    <article class="panel" aria-label="The refused request">
      <PanelHead
        title={<span class="mono refusal-title">{`${refusal.method} ${refusal.path}`}</span>}
        close={toRefusals()}
        actions={
          <Copy text={() => curlOf(refusal, window.location.origin)} label="Copy the request as a curl command">
            Copy as curl
          </Copy>
        }
      />
      <div class="stack">
        <section class="refusal-reason" aria-labelledby="refusal-why">
          <h3 id="refusal-why">
            <Icon name="warning" /> Why was this refused?
          </h3>
          <p class="refusal-sentence foreign">{refusal.sentence}</p>
          <p class="refusal-fix">
            <b>What to do:</b> <Sentence text={why.fix} />
          </p>
          <p class="row wrap">
            <Badge tone="bad">{`Code ${refusal.code}`}</Badge>
            <Badge tone="bad">{`HTTP ${refusal.status}`}</Badge>
            <a href={href(`/errors/${why.name}`)}>All about this error</a>
          </p>
          {template && (
            <LinkButton to={href("/templates", why.name === "template_missing" ? {} : { text: template })} icon="templates">
              {why.name === "template_missing" ? "See which templates there are" : `See the template ${template}`}
            </LinkButton>
          )}
        </section>
        <Facts
          facts={[
            ["When", <Time key="at" at={refusal.at} />],
            refusal.count > 1 && [
              "How often",
              <>
                {refusal.count.toLocaleString()} times in a row since <Time at={refusal.first_at} />
              </>,
            ],
            ["API", FACES[refusal.face]],
            ["Number", refusal.phone_number_id ?? "not known: neither path nor credential names one"],
            ["Credential", credentialOf(refusal)],
            ["Content-Type", refusal.headers["content-type"] ?? "none"],
          ]}
        />
        <section class="refusal-part" aria-label="The request">
          {refusal.body_note && <p class="soft">{refusal.body_note}</p>}
          {body && <Bytes payload={body} label="Body of the request" />}
        </section>
        <section class="refusal-part" aria-label="The answer">
          <Bytes payload={answer.body} label={`Answer, HTTP ${answer.status}`} />
        </section>
      </div>
    </article>
  );
}
