// The live list of messages of both directions, newest first.

import { useCallback, useEffect } from "preact/hooks";
import type { MessageView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Code } from "../../parts/Code.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { VirtualList } from "../../parts/VirtualList.tsx";
import { Row } from "./Row.tsx";
import { clearFilters, filters, numbers, readMore, retry, scroll, startMessages, state } from "./state.ts";
import { Toolbar } from "./Toolbar.tsx";
import "./messages.css";

const ROW_PX = 41;
const keyOf = (message: MessageView): string => message.id;

export default function Messages() {
  useEffect(startMessages, []);
  return (
    <PageFrame title="Messages" about={<About />} toolbar={<Toolbar />} whole>
      <List />
    </PageFrame>
  );
}

function About() {
  const { items, next, reading } = state.value;
  if (reading === "first" && items.length === 0) return <>&nbsp;</>;
  const filtered = Object.keys(filters.value).length > 0;
  const many = `${items.length.toLocaleString()}${next === null ? "" : "+"}`;
  const word = items.length === 1 && next === null ? "message" : "messages";
  return <span role="status">{filtered ? `${many} ${word} as filtered` : `${many} ${word}, newest first`}</span>;
}

function List() {
  const { items, next, reading, failure } = state.value;
  const several = numbers.value.length > 1;
  const row = useCallback((message: MessageView) => <Row message={message} withNumber={several} />, [several]);
  if (items.length === 0) return <Nothing />;
  return (
    <>
      {failure && (
        <Notice tone="bad" title="The list could not be read on">
          {failure.sentence}
        </Notice>
      )}
      <VirtualList
        class={`messages ${several ? "several" : ""}`}
        items={items}
        keyOf={keyOf}
        estimate={ROW_PX}
        row={row}
        label="Messages, newest first"
        onNearEnd={readMore}
        scroll={scroll}
        arrivals="new"
        foot={<Foot end={next === null} reading={reading === "more"} />}
      />
    </>
  );
}

function Foot({ end, reading }: { end: boolean; reading: boolean }) {
  if (reading) return <Loading label="Reading on" />;
  if (!end) return null;
  const filtered = Object.keys(filters.value).length > 0;
  return <p class="messages-end">{filtered ? "No more are like that." : "This is the first message."}</p>;
}

function Nothing() {
  const { reading, failure } = state.value;
  if (failure) return <FailureState failure={failure} onRetry={retry} />;
  if (reading) return <Loading label="Reading the messages" />;
  if (Object.keys(filters.value).length > 0) {
    return (
      <EmptyState icon="filter" title="No message is like that">
        <p>Take a filter away, or search for less. New messages that fit appear here by themselves.</p>
        <Button icon="close" onClick={clearFilters}>
          Clear the filters
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="messages" title="No messages yet">
      <p>Send the first one: paste this into a terminal, with the token that was printed when the server started.</p>
      <Code text={firstSend(numbers.value[0]?.phone_number_id ?? "15550123456")} label="The first message" />
      <p>It appears here at once.</p>
    </EmptyState>
  );
}

function firstSend(number: string): string {
  return `curl ${window.location.origin}/v23.0/${number}/messages \\
  -H 'Authorization: Bearer <token>' \\
  -H 'Content-Type: application/json' \\
  -d '{"messaging_product": "whatsapp", "to": "15550001111",
       "type": "text", "text": {"body": "Hello"}}'`;
}
