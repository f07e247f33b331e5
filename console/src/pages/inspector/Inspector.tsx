// One message with everything that happened to it.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, type Result } from "../../api/client.ts";
import { onChanges } from "../../api/live.ts";
import type { MessageDetail } from "../../api/types.ts";
import { FailureState, Loading } from "../../parts/EmptyState.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { href } from "../../shell/router.ts";
import type { PageProps } from "../index.ts";
import { kindWord } from "../messages/kinds.ts";
import { Actions } from "./Actions.tsx";
import { AsCode } from "./AsCode.tsx";
import { MessageCard } from "./MessageCard.tsx";
import { Story } from "./Story.tsx";
import { NotTold, Why } from "./Why.tsx";
import "./inspector.css";

export default function Inspector({ params }: PageProps) {
  const id = params["id"] ?? "";
  const [found, read] = useMessage(id);
  const message = found?.ok ? found.value : null;
  return (
    <PageFrame
      title={message ? titleOf(message) : "Message"}
      back={{ to: href("/messages"), label: "All messages" }}
      actions={message && <Actions key={message.id} message={message} />}
    >
      {found === null ? (
        <Loading label="Reading the message" />
      ) : found.ok ? (
        <Inspected key={found.value.id} message={found.value} />
      ) : (
        <FailureState failure={found.failure} onRetry={() => void read()} />
      )}
    </PageFrame>
  );
}

/** The message as it goes on. */
function useMessage(id: string): readonly [Result<MessageDetail> | null, () => Promise<void>] {
  const [found, setFound] = useState<Result<MessageDetail> | null>(null);
  const mine = useRef(new Set<string>());
  const asked = useRef(0);
  const read = useCallback(async () => {
    const ticket = (asked.current += 1);
    const answer = await api.get("/messages/{message_id}", { params: { message_id: id } });
    if (ticket !== asked.current) return; // a later question has been asked meanwhile
    // What is told of is named by the Cloud's id, whichever of the two the place has.
    if (answer.ok) mine.current = new Set([answer.value.id, ...answer.value.deliveries.map((delivery) => delivery.id)]);
    setFound((before) => (before?.ok && !answer.ok && answer.failure.status === 0 ? before : answer));
  }, [id]);
  useEffect(() => {
    setFound(null);
    void read();
    return onChanges((changes) => {
      const isMine = [...changes.messages, ...changes.deliveries].some((told) => mine.current.has(told));
      if (changes.all || isMine || changes.world.includes("reset")) void read();
    });
  }, [id, read]);
  return [found, read];
}

function titleOf(message: MessageDetail): string {
  return `${kindWord(message.type)} ${message.direction === "inbound" ? "from" : "to"} +${message.wa_id}`;
}

function Inspected({ message }: { message: MessageDetail }) {
  return (
    <div class="stack">
      {message.why && <Why why={message.why} message={message} />}
      <NotTold deliveries={message.deliveries} />
      <div class="inspected">
        <div class="inspected-message">
          <MessageCard message={message} />
        </div>
        <section class="card inspected-story" aria-label="What happened">
          <h2>What happened</h2>
          <Story message={message} />
        </section>
        <div class="inspected-code">
          <AsCode message={message} />
        </div>
      </div>
    </div>
  );
}
