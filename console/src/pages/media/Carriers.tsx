// The messages that a file is in, the oldest first.

import { useEffect, useState } from "preact/hooks";
import { api, type Failure } from "../../api/client.ts";
import type { MessageView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Ticks } from "../../parts/Ticks.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";

interface Found {
  readonly messages: readonly MessageView[];
  readonly next: string | null;
  readonly failure: Failure | null;
}

const NOTHING: Found = { messages: [], next: null, failure: null };

export function Carriers({ id }: { id: string }) {
  const [found, setFound] = useState<Found | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => void read(id, NOTHING).then(setFound), [id]);
  if (!found) return <p class="soft">Looking for its messages</p>;
  const more = (): void => {
    setBusy(true);
    void read(id, found).then((all) => {
      setFound(all);
      setBusy(false);
    });
  };
  return (
    <section class="stack" aria-label="Its messages">
      <h3>Its messages</h3>
      {found.failure && <p class="foreign">{found.failure.sentence}</p>}
      {found.messages.length === 0 && !found.failure && (
        <p class="soft">No message has been found that carries it{found.next && " so far"}.</p>
      )}
      <ol class="carriers" role="list">
        {found.messages.map((message) => (
          <li key={message.id}>
            <Carrier message={message} />
          </li>
        ))}
      </ol>
      {found.next !== null && (
        <Button busy={busy} onClick={more}>
          Look further
        </Button>
      )}
    </section>
  );
}

function Carrier({ message }: { message: MessageView }) {
  const word = message.direction === "inbound" ? "From" : "To";
  return (
    <a class="row-link" href={href(`/messages/${encodeURIComponent(message.id)}`)}>
      <Icon name={message.direction} size={16} />
      <span class="nums">
        {word} +{message.wa_id}
      </span>
      <span class="clip foreign soft" dir="auto">
        {message.preview}
      </span>
      <Ticks status={message.status} words />
      <Time at={message.at} />
    </a>
  );
}

async function read(id: string, before: Found): Promise<Found> {
  const answer = await api.get("/media/{media_id}/messages", { params: { media_id: id }, query: { after: before.next } });
  if (!answer.ok) return { ...before, failure: answer.failure };
  return { messages: [...before.messages, ...answer.value.messages], next: answer.value.next, failure: null };
}
