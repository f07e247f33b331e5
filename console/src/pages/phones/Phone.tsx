// One phone: who holds it, the chat, and where they write.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { platformNow } from "../../api/clock.ts";
import type { TypingView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { IconButton } from "../../parts/Button.tsx";
import { FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Select } from "../../parts/Field.tsx";
import { readAll, type Way } from "./actions.ts";
import { BubbleView } from "./BubbleView.tsx";
import { type Bubble, chatOf } from "./chat.ts";
import { Composer } from "./Composer.tsx";
import { NotArrived } from "./NotArrived.tsx";
import { PhoneSettings } from "./PhoneSettings.tsx";
import { knownOf, numbers, putAway, readPhone } from "./state.ts";
import "./chat.css";
import "./content.css";

export function Phone({ waId }: { waId: string }) {
  const { view, list, failure } = knownOf(waId).value;
  const [settings, setSettings] = useState(false);
  const [reply, setReply] = useState<Bubble | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const several = numbers.value.length > 1;
  const number = several ? (chosen ?? numbers.value[0]?.phone_number_id ?? null) : null;
  const chat = useMemo(() => (list ? chatOf(list, number) : []), [list, number]);
  if (!view)
    return (
      <section class="phone">
        {failure ? (
          <FailureState failure={failure} onRetry={() => void readPhone(waId)} />
        ) : (
          <Loading label="Taking the phone" />
        )}
      </section>
    );
  const way: Way = { phone: waId, number, reply: reply?.id ?? null };
  return (
    <section class="phone" aria-label={`${view.name}'s phone`}>
      <header class="phone-head">
        <span class="chat-face" aria-hidden="true">
          {view.name.slice(0, 1).toUpperCase() || "?"}
        </span>
        <div class="grow">
          <h2 class="clip foreign">{view.name}</h2>
          <p class="phone-number nums">+{waId}</p>
        </div>
        {!view.online && <Badge tone="wait">offline</Badge>}
        {view.blocked && <Badge tone="bad">blocked</Badge>}
        {!view.reads && <IconButton icon="check" label="Read everything" onClick={() => void readAll(waId)} />}
        <IconButton
          icon="settings"
          label={`Settings of ${view.name}'s phone`}
          aria-haspopup="dialog"
          onClick={() => setSettings(true)}
        />
        <IconButton icon="close" label="Put the phone away" onClick={() => putAway(waId)} />
      </header>
      {several && (
        <div class="phone-with">
          <Select
            label="Chat with"
            labelUnseen
            value={number ?? ""}
            options={numbers.value.map((each) => ({
              value: each.phone_number_id,
              label: `${each.name} +${each.phone_number_id}`,
            }))}
            onChange={setChosen}
          />
        </div>
      )}
      <Thread chat={chat} typing={list?.typing ?? []} way={way} onReply={setReply} />
      <NotArrived waId={waId} number={number} since={chat.at(-1)?.at} />
      <Composer way={way} reply={reply} onDone={() => setReply(null)} />
      <PhoneSettings open={settings} phone={view} onClose={() => setSettings(false)} />
    </section>
  );
}

interface ThreadProps {
  chat: readonly Bubble[];
  typing: readonly TypingView[];
  way: Way;
  onReply: (bubble: Bubble) => void;
}

/** The chat; it stays at its end unless the reader has scrolled up. */
function Thread({ chat, typing, way, onReply }: ThreadProps) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const byId = useMemo(() => new Map(chat.map((each) => [each.id, each])), [chat]);
  const writes = typing.some((each) => Date.parse(each.typing_until) > platformNow.value);
  useEffect(() => {
    const there = box.current;
    if (!there) return;
    const stay = (): void => {
      if (atEnd.current) there.scrollTop = there.scrollHeight;
    };
    stay();
    const watch = new ResizeObserver(stay); // pictures grow when they have come
    if (there.firstElementChild) watch.observe(there.firstElementChild);
    return () => watch.disconnect();
  }, [chat, writes]);
  const scrolled = (): void => {
    const there = box.current;
    if (there) atEnd.current = there.scrollHeight - there.scrollTop - there.clientHeight < 60;
  };
  return (
    <div class="thread" ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-label="Chat">
      <ol class="thread-list">
        {chat.length === 0 && (
          <li class="chat-between">
            <span>No messages yet. What the business sends appears here; write to open its window.</span>
          </li>
        )}
        {chat.map((bubble, at) => (
          <DayAnd key={bubble.id} bubble={bubble} before={chat[at - 1]}>
            <BubbleView
              bubble={bubble}
              quoted={bubble.quoted ? byId.get(bubble.quoted) : undefined}
              way={{ ...way, reply: null }}
              onReply={onReply}
            />
          </DayAnd>
        ))}
        {writes && (
          <li class="bubble-line theirs">
            <span class="bubble theirs typing" role="status" aria-label="The business is typing">
              <i />
              <i />
              <i />
            </span>
          </li>
        )}
      </ol>
    </div>
  );
}

function DayAnd({
  bubble,
  before,
  children,
}: {
  bubble: Bubble;
  before: Bubble | undefined;
  children: preact.ComponentChildren;
}) {
  const day = new Date(bubble.at).toDateString();
  const isNew = !before || new Date(before.at).toDateString() !== day;
  return (
    <>
      {isNew && (
        <li class="chat-between">
          <span>
            {new Date(bubble.at).toLocaleDateString(undefined, { weekday: "short", day: "numeric", month: "long" })}
          </span>
        </li>
      )}
      {children}
    </>
  );
}
