// One error: what it means, what to do, its codes in both dialects, and how to get it here.

import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { ErrorView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button, LinkButton } from "../../parts/Button.tsx";
import { Code } from "../../parts/Code.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import { href } from "../../shell/router.ts";
import type { PageProps } from "../page.ts";
import { wishFor } from "../rules/form.ts";
import { named } from "./found.ts";
import { readErrors, state } from "./state.ts";
import { Sentence, WhenBadge } from "./words.tsx";
import "./errors.css";

export default function ErrorPage({ params }: PageProps) {
  useEffect(() => void readErrors(), []);
  const name = params["name"] ?? "";
  const { errors, failure } = state.value;
  const error = errors && named(errors, name);
  return (
    <PageFrame
      title={error ? `${error.code} ${error.title}` : "Error"}
      about={error && <span class="mono">{error.name}</span>}
      back={{ to: href("/errors"), label: "All errors" }}
    >
      {failure ? (
        <FailureState failure={failure} onRetry={() => void readErrors()} />
      ) : errors === null ? (
        <Loading label="Reading the error" />
      ) : error ? (
        <Told error={error} others={errors.filter((other) => other.code === error.code && other !== error)} />
      ) : (
        <EmptyState icon="search" title="There is no such error">
          <p class="foreign">No error is called {name}, and none has it as its code.</p>
          <LinkButton to={href("/errors")}>All errors</LinkButton>
        </EmptyState>
      )}
    </PageFrame>
  );
}

function Told({ error, others }: { error: ErrorView; others: readonly ErrorView[] }) {
  return (
    <div class="error-page">
      <div class="stack">
        <section class="card error-meaning" aria-label="What it means and what to do">
          <div class="row wrap">
            <WhenBadge when={error.when} />
            {error.retryable && <Badge tone="good">Worth repeating</Badge>}
            {error.borrowed && <Badge>Waypost's own</Badge>}
          </div>
          <h2>What it means</h2>
          <p>
            <Sentence text={error.meaning} />
          </p>
          <h2>What to do</h2>
          <p>
            <Sentence text={error.fix} />
          </p>
          <p>
            <a href={href("/messages", { error: error.name })}>Messages that failed with it</a>
          </p>
        </section>
        <Raising error={error} />
      </div>
      <div class="stack">
        <Codes error={error} />
        {others.length > 0 && <Others code={error.code} others={others} />}
      </div>
    </div>
  );
}

function Codes({ error }: { error: ErrorView }) {
  const inAnswers = error.when !== "webhook";
  const inWebhooks = error.when !== "answer";
  return (
    <section class="card" aria-label="Codes">
      <h2>Cloud API</h2>
      <Facts
        facts={[
          ["Code", <b class="nums">{error.code}</b>],
          error.subcode !== null && ["Subcode", error.subcode],
          inAnswers && ["HTTP status", error.http],
          ["Title", error.title],
        ]}
      />
      <h2>On-Premises API</h2>
      <Facts
        facts={[
          inAnswers && ["Code in an answer", <b class="nums">{error.onprem_answer_code}</b>],
          inAnswers && ["HTTP status", error.onprem_http],
          inWebhooks && ["Code in a callback", <b class="nums">{error.onprem_code}</b>],
          ["Title", error.onprem_title],
        ]}
      />
    </section>
  );
}

function Others({ code, others }: { code: number; others: readonly ErrorView[] }) {
  return (
    <section class="card" aria-label="Errors with the same code">
      <h2>{code} can mean this, too</h2>
      <ul class="stack error-others">
        {others.map((other) => (
          <li key={other.name}>
            <a href={href(`/errors/${other.name}`)}>{other.name}</a>
            <p class="soft">
              <Sentence text={other.meaning} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Raising({ error }: { error: ErrorView }) {
  const [busy, setBusy] = useState(false);
  const refuses = error.when === "answer";
  const rule = wishFor(error.name, error.when);
  const order = async (): Promise<void> => {
    setBusy(true);
    const made = await api.post("/rules", rule);
    setBusy(false);
    if (made.ok) toast(refuses ? "The next send will be refused with it." : "The next message will fail with it.");
    else toastFailure(made.failure);
  };
  return (
    <section class="card stack" aria-label="How to get it here">
      <h2>How to get it here</h2>
      {error.trigger && (
        <p>
          <Sentence text={error.trigger} />
        </p>
      )}
      {error.magic_number && (
        <p class="row">
          <span>
            Send anything to <b class="nums">{error.magic_number}</b>: this number stands for the error.
          </span>
          <Copy text={error.magic_number} label="Copy the number" />
        </p>
      )}
      <p>
        Or let a fault rule bring it about, {refuses ? "for the next request that sends" : "for the next message"}:
      </p>
      <div class="row wrap">
        <Button icon="rules" busy={busy} onClick={() => void order()}>
          {refuses ? "Refuse the next send with it" : "Fail the next message with it"}
        </Button>
        <LinkButton to={href("/rules", { fail: error.name })} icon="edit">
          Try it with a rule of your own
        </LinkButton>
      </div>
      <Code
        label="The same from a shell"
        text={`curl ${window.location.origin}/_waypost/v1/rules \\
  -H "Authorization: Bearer $WAYPOST_ADMIN_TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(rule)}'`}
      />
      <Code
        label="The same in a test"
        text={`waypost.rules.fail("${error.name}", times=1${refuses ? `, path="${rule.path}"` : ""})`}
      />
    </section>
  );
}
