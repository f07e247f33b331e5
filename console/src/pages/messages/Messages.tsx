// The live list of messages of both directions, newest first.

import { useCallback, useEffect } from "preact/hooks";
import type { MessageView } from "../../api/types.ts";
import { Code } from "../../parts/Code.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { ListCount, LiveRows } from "../../parts/LiveList.tsx";
import { numbers } from "../../parts/numbers.ts";
import { PageFrame } from "../../parts/Page.tsx";
import { RefusedLine } from "../refusals/Line.tsx";
import { Row } from "./Row.tsx";
import { messages } from "./state.ts";
import { Toolbar } from "./Toolbar.tsx";
import "./messages.css";

const ROW_PX = 41;
const FEW = 8;

export default function Messages() {
  useEffect(messages.start, []);
  return (
    <PageFrame title="Messages" about={<ListCount of={messages} />} toolbar={<Head />} whole>
      <List />
    </PageFrame>
  );
}

function Head() {
  return (
    <>
      <Toolbar />
      <RefusedLine />
    </>
  );
}

function List() {
  const several = (numbers.value ?? []).length > 1;
  const row = useCallback((message: MessageView) => <Row message={message} withNumber={several} />, [several]);
  // At the first start the sample phone has written, and no program has sent: the list is not empty, and says so little.
  const { items } = messages.state.value;
  const unsent = !messages.isFiltered.value && items.length <= FEW && items.every((each) => each.direction === "inbound");
  return (
    <LiveRows
      of={messages}
      class={`messages ${several ? "several" : ""}`}
      estimate={ROW_PX}
      row={row}
      end={unsent && <First title="No program has sent a message yet" />}
    >
      <First title="No messages yet" />
    </LiveRows>
  );
}

function First({ title }: { title: string }) {
  return (
    <EmptyState icon="messages" title={title}>
      <p>Send the first one: paste this into a terminal, with the token that was printed when the server started.</p>
      <Code text={firstSend(numbers.value?.[0]?.phone_number_id ?? "15550123456")} label="The first message" />
      <p>It appears here at once.</p>
    </EmptyState>
  );
}

function firstSend(number: string): string {
  return `curl ${window.location.origin}/v24.0/${number}/messages \\
  -H 'Authorization: Bearer <token>' \\
  -H 'Content-Type: application/json' \\
  -d '{"messaging_product": "whatsapp", "to": "15550001111",
       "type": "text", "text": {"body": "Hello"}}'`;
}
