// One message with everything that happened to it.

import { useCallback, useEffect, useState } from "preact/hooks";
import { api, type Result } from "../../api/client.ts";
import { onChanges } from "../../api/live.ts";
import type { MessageDetail } from "../../api/types.ts";
import { Bytes, JsonCode } from "../../parts/Code.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { Ticks } from "../../parts/Ticks.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import type { PageProps } from "../index.ts";
import { kindWord } from "../messages/kinds.ts";
import { Timeline } from "./Timeline.tsx";
import "./inspector.css";

export default function Inspector({ params }: PageProps) {
  const id = params["id"] ?? "";
  const [found, setFound] = useState<Result<MessageDetail> | null>(null);
  const read = useCallback(async () => {
    const answer = await api.get("/messages/{message_id}", { params: { message_id: id } });
    setFound((before) => (before?.ok && !answer.ok && answer.failure.status === 0 ? before : answer));
  }, [id]);
  useEffect(() => {
    setFound(null);
    void read();
    return onChanges((changes) => {
      if (changes.all || changes.messages.includes(id)) void read();
    });
  }, [id, read]);
  const back = { to: href("/messages"), label: "All messages" };
  return (
    <PageFrame title={found?.ok ? titleOf(found.value) : "Message"} back={back}>
      {found === null ? (
        <Loading label="Reading the message" />
      ) : found.ok ? (
        <Inspected message={found.value} />
      ) : (
        <FailureState failure={found.failure} onRetry={() => void read()} />
      )}
    </PageFrame>
  );
}

function titleOf(message: MessageDetail): string {
  return `${kindWord(message.type)} ${message.direction === "inbound" ? "from" : "to"} +${message.wa_id}`;
}

function Inspected({ message }: { message: MessageDetail }) {
  return (
    <div class="stack">
      {message.fault && (
        <Notice tone="bad" title={`${message.fault.code} ${message.fault.title}`}>
          <p>{message.fault.details}</p>
          <p>{message.fault.fix}</p>
        </Notice>
      )}
      <section class="card" aria-label="The message">
        <p class="inspected-says foreign" dir="auto">
          {message.preview}
        </p>
        <Facts
          facts={[
            ["Status", <Ticks status={message.status} words />],
            ["When", <Time at={message.at} />],
            ["Business number", message.phone_number_id],
            ["User", `+${message.wa_id}`],
            ["Id", <Id id={message.id} />],
            ["On-Premises id", <Id id={message.onprem_id} />],
          ]}
        />
      </section>
      <div class="inspected">
        <section class="card" aria-label="What happened">
          <h2>What happened</h2>
          <Timeline entries={message.timeline} />
        </section>
        <div class="stack">
          {message.request && <Bytes payload={message.request} label="The request, as it came" />}
          <JsonCode value={message.body} label="The message, as it is stored" />
        </div>
      </div>
    </div>
  );
}

function Id({ id }: { id: string }) {
  return (
    <span class="row">
      <span class="mono clip" title={id}>
        {id}
      </span>
      <Copy text={id} label="Copy the id" />
    </span>
  );
}
