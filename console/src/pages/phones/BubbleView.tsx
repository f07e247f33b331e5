// One bubble: what it quotes, what it says, its ticks and reactions, and what the user can do with it.

import { useState } from "preact/hooks";
import { IconButton } from "../../parts/Button.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Ticks } from "../../parts/Ticks.tsx";
import { href } from "../../shell/router.ts";
import { react, unsend, type Way } from "./actions.ts";
import { type Bubble } from "./chat.ts";
import { Content } from "./Content.tsx";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

interface Props {
  bubble: Bubble;
  quoted: Bubble | undefined;
  way: Way;
  onReply: (bubble: Bubble) => void;
}

export function BubbleView({ bubble, quoted, way, onReply }: Props) {
  const [picking, setPicking] = useState(false);
  if (bubble.type === "system" || bubble.type === "request_welcome") return <Said bubble={bubble} />;
  const side = bubble.mine ? "mine" : "theirs";
  const own = bubble.reactions.find((each) => each.mine)?.emoji;
  const pick = (emoji: string): void => {
    setPicking(false);
    void react(way, bubble.id, emoji === own ? "" : emoji);
  };
  return (
    <li class={`bubble-line ${side}`}>
      <article
        class={`bubble ${side} ${bubble.type}`}
        aria-label={bubble.mine ? "From this phone" : "From the business"}
      >
        {bubble.quoted && <Quote of={quoted} />}
        {bubble.deleted ? (
          <p class="chat-system">This message was deleted</p>
        ) : (
          <Content bubble={bubble} phone={way.phone} />
        )}
        <footer class="bubble-foot">
          {bubble.edited && <span>Edited</span>}
          <a href={href(`/messages/${encodeURIComponent(bubble.id)}`)} title="Everything that happened to it">
            {hour(bubble.at)}
          </a>
          <Ticks status={bubble.status} />
        </footer>
        {bubble.reactions.length > 0 && (
          <button
            type="button"
            class="bubble-reactions"
            aria-label="Change the reaction"
            onClick={() => setPicking(!picking)}
          >
            {bubble.reactions.map((each) => each.emoji).join("")}
          </button>
        )}
      </article>
      <div class="bubble-actions">
        <IconButton icon="reply" label="Reply" onClick={() => onReply(bubble)} />
        {bubble.mine ? (
          !bubble.deleted && (
            <IconButton icon="trash" label="Delete for everyone" onClick={() => void unsend(way, bubble.id)} />
          )
        ) : (
          <IconButton icon="reaction" label="React" pressed={picking} onClick={() => setPicking(!picking)} />
        )}
      </div>
      {picking && (
        <div class="bubble-emoji" role="group" aria-label="Reactions">
          {EMOJI.map((emoji) => (
            <button
              type="button"
              key={emoji}
              class={emoji === own ? "chosen" : ""}
              aria-pressed={emoji === own}
              onClick={() => pick(emoji)}
            >
              {emoji}
            </button>
          ))}
        </div>
      )}
    </li>
  );
}

/** The message that is answered, in one line. */
export function Quote({ of }: { of: Bubble | undefined }) {
  if (!of) return <p class="bubble-quote soft">A message that is not shown here</p>;
  return (
    <p class={`bubble-quote ${of.mine ? "mine" : "theirs"}`}>
      <b>{of.mine ? "You" : `+${of.number}`}</b>
      <span class="foreign clip">{of.body || of.type}</span>
    </p>
  );
}

/** What is no bubble on a phone, but a line in between. */
function Said({ bubble }: { bubble: Bubble }) {
  return (
    <li class="chat-between">
      <span>
        <Icon name="info" size={13} />{" "}
        {bubble.type === "request_welcome" ? "The chat was opened for the first time" : bubble.body}
      </span>
    </li>
  );
}

function hour(at: string): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
}
