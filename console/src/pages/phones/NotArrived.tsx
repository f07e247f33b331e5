// The last message that never reached a phone: on the phone itself nobody could see that.

import { api } from "../../api/client.ts";
import type { Changes } from "../../api/live.ts";
import { useFollowed } from "../../parts/followed.ts";
import { TroubleLine } from "../../parts/TroubleLine.tsx";
import { href } from "../../shell/router.ts";

const FAILED = {
  ask: (chat: string) => {
    const [phone, number] = chat.split(" ");
    return api.get("/messages", { query: { phone, number: number || null, status: "failed", limit: 1 } });
  },
  concerns: ({ messages, world }: Changes) => messages.length > 0 || world.includes("reset"),
};

interface NotArrivedProps {
  waId: string;
  number: string | null;
  /** When the last message of the chat was written: what failed before that is history. */
  since: string | undefined;
}

export function NotArrived({ waId, number, since }: NotArrivedProps) {
  const [found] = useFollowed(`${waId} ${number ?? ""}`, FAILED);
  const failed = found?.ok ? found.value.messages[0] : undefined;
  if (!failed?.fault || (since && Date.parse(failed.at) < Date.parse(since))) return null;
  return (
    <TroubleLine class="phone-lost" icon="warning" href={href(`/messages/${encodeURIComponent(failed.id)}`)}>
      <span class="grow">
        <b>A message did not arrive:</b> <span class="nums">{failed.fault.code}</span> {failed.fault.title}
      </span>
    </TroubleLine>
  );
}
