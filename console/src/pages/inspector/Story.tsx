// What happened to a message, oldest first, each step with what proves it.

import { useMemo } from "preact/hooks";
import type { ExchangeView, FindingView, MessageDetail } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Bytes } from "../../parts/Code.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { spanWords } from "../../parts/moments.ts";
import { statusWord } from "../../parts/Ticks.tsx";
import { Time } from "../../parts/Time.tsx";
import { DeliveryStep } from "./DeliveryStep.tsx";
import { factName, factWords, isMoment } from "./facts.ts";
import { Head } from "./Head.tsx";
import { Headers } from "./Headers.tsx";
import { Hops } from "./Hops.tsx";
import { type Step, storyOf, subjectWords, toneOf } from "./story.ts";

export function Story({ message }: { message: MessageDetail }) {
  const steps = useMemo(() => storyOf(message), [message]);
  const start = Date.parse(message.at);
  return (
    <ol class="story">
      {steps.map((step) => (
        <li key={keyOf(step)} class={`story-step ${step.kind} ${toneOf(step)}`}>
          <span class="story-when">
            <Time at={step.at} clock />
            {step.kind !== "came" && <span class="faint"> +{since(Date.parse(step.at) - start)}</span>}
          </span>
          <StepView step={step} message={message} />
        </li>
      ))}
    </ol>
  );
}

function StepView({ step, message }: { step: Step; message: MessageDetail }) {
  switch (step.kind) {
    case "came":
      return <Came exchange={step.exchange} message={message} />;
    case "finding":
      return <FindingStep finding={step.finding} />;
    case "send":
      return (
        <Head
          what={`Attempt ${step.send.number} to hand it to the network`}
          mark={<Badge tone={step.refused ? "bad" : "wait"}>{step.refused ? "refused" : "later"}</Badge>}
        >
          <p class="foreign soft">{step.send.why}</p>
        </Head>
      );
    case "status":
      return (
        <Head what={statusWord(step.status)}>
          {step.fault && (
            <p class="foreign soft">
              <b class="nums">{step.fault.code}</b> {step.fault.title}. {step.fault.details}
            </p>
          )}
        </Head>
      );
    case "delivery":
      return <DeliveryStep delivery={step.delivery} />;
  }
}

function Came({ exchange, message }: { exchange: ExchangeView | null; message: MessageDetail }) {
  if (!exchange) {
    return (
      <Head what={message.direction === "inbound" ? "Written on the user's phone" : "Accepted"}>
        {message.request && <Bytes payload={message.request} label="The request, as it came" />}
      </Head>
    );
  }
  const { answer } = exchange;
  return (
    <Head what="Request accepted" mark={<Badge tone="good">{answer.status}</Badge>}>
      <p class="mono soft foreign">
        {exchange.method} {exchange.path}
      </p>
      <details class="more">
        <summary>The request and its answer</summary>
        <div class="stack">
          <Headers headers={exchange.headers} label="Headers of the request" />
          <Bytes payload={exchange.body} label="Body of the request" />
          <Headers headers={answer.headers} label={`Headers of the answer ${answer.status}`} />
          <Bytes payload={answer.body} label="Body of the answer" />
          {exchange.assumed.length > 0 && (
            <p class="faint">The body is what came, byte for byte. Not stored, and made anew: {exchange.assumed.join(", ")}.</p>
          )}
        </div>
      </details>
    </Head>
  );
}

const VERDICTS = { passed: ["good", "passed"], failed: ["bad", "failed"], waited: ["wait", "waiting"] } as const;

function FindingStep({ finding }: { finding: FindingView }) {
  const [tone, word] = VERDICTS[finding.verdict];
  const failed = finding.verdict === "failed";
  return (
    <Head what={subjectWords(finding)} mark={<Badge tone={tone}>{word}</Badge>}>
      <p class={`foreign ${failed ? "story-failed" : "soft"}`}>{finding.sentence}</p>
      {finding.hops.length > 0 && (
        <details class="more" open={failed || finding.hops.length > 1}>
          <summary>
            {finding.hops.length === 1 ? "1 request" : `${finding.hops.length} requests`} of the link, with headers
          </summary>
          <Hops hops={finding.hops} />
        </details>
      )}
      {Object.keys(finding.facts).length > 0 && (
        <details class="more" open={failed && finding.hops.length === 0}>
          <summary>The facts</summary>
          <div class="story-facts">
            <Facts
              facts={Object.entries(finding.facts).map(([name, fact]) => [
                factName(name),
                <FactWords name={name} fact={fact} finding={finding} />,
              ])}
            />
            <p class="faint">{finding.recorded ? "Kept when it happened." : "Worked out now, from what is stored."}</p>
          </div>
        </details>
      )}
    </Head>
  );
}

function FactWords({ name, fact, finding }: { name: string; fact: FindingView["facts"][string]; finding: FindingView }) {
  if (isMoment(fact)) return <Time at={fact} clock />;
  return <>{factWords(name, fact, finding.subject === "media" || finding.subject === "link")}</>;
}

function keyOf(step: Step): string {
  switch (step.kind) {
    case "came":
      return "came";
    case "finding":
      return `finding ${step.finding.subject} ${step.finding.at} ${step.finding.sentence}`;
    case "send":
      return `send ${step.send.number} ${step.at}`;
    case "status":
      return `status ${step.status} ${step.at}`;
    case "delivery":
      return step.delivery.id;
  }
}

function since(ms: number): string {
  return ms < 10_000 ? `${ms} ms` : spanWords(ms);
}
