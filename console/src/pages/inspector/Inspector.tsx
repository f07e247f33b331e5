// One message with everything that happened to it.

import { api } from "../../api/client.ts";
import type { Changes } from "../../api/live.ts";
import type { MessageDetail } from "../../api/types.ts";
import { FailureState, Loading } from "../../parts/EmptyState.tsx";
import { useFollowed } from "../../parts/followed.ts";
import { PageFrame } from "../../parts/Page.tsx";
import { href } from "../../shell/router.ts";
import type { PageProps } from "../page.ts";
import { kindWord } from "../messages/kinds.ts";
import { Actions, Beside } from "./Actions.tsx";
import { AsCode } from "./AsCode.tsx";
import { MessageCard } from "./MessageCard.tsx";
import { Story } from "./Story.tsx";
import { NotTold, NoWebhook, Why } from "./Why.tsx";
import "./inspector.css";

const MESSAGE = {
  ask: (id: string) => api.get("/messages/{message_id}", { params: { message_id: id } }),
  // What is told of is named by the Cloud's id, whichever of the two the place has.
  concerns: ({ messages, deliveries, world }: Changes, _id: string, known: MessageDetail | null) =>
    world.includes("reset") ||
    (known !== null && (messages.includes(known.id) || known.deliveries.some((each) => deliveries.includes(each.id)))),
};

export default function Inspector({ params }: PageProps) {
  const id = params["id"] ?? "";
  const [found, read] = useFollowed(id, MESSAGE);
  const message = found?.ok ? found.value : null;
  return (
    <PageFrame
      title={message ? titleOf(message) : "Message"}
      back={{ to: href("/messages"), label: "All messages" }}
      steps={message && <Beside key={message.id} message={message} />}
      actions={message && <Actions key={message.id} message={message} />}
    >
      {found === null ? (
        <Loading label="Reading the message" />
      ) : found.ok ? (
        <Inspected key={found.value.id} message={found.value} />
      ) : (
        <FailureState failure={found.failure} onRetry={read} />
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
      {message.why && <Why why={message.why} message={message} />}
      <NotTold deliveries={message.deliveries} />
      <div class="inspected">
        <div class="inspected-message">
          <MessageCard message={message} />
        </div>
        <section class="card inspected-story" aria-label="What happened">
          <h2>What happened</h2>
          <Story message={message} />
          <NoWebhook message={message} />
        </section>
        <div class="inspected-code">
          <AsCode message={message} />
        </div>
      </div>
    </div>
  );
}
