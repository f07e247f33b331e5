// One message in the list: who, what, how far it came, and why it came no further.

import type { MessageView } from "../../api/types.ts";
import { Icon } from "../../parts/Icon.tsx";
import { Ticks } from "../../parts/Ticks.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import { kindIcon, kindWord } from "./kinds.ts";

export function Row({ message, withNumber }: { message: MessageView; withNumber: boolean }) {
  const inbound = message.direction === "inbound";
  return (
    <a class={`row-link message-row ${message.direction}`} href={href(`/messages/${encodeURIComponent(message.id)}`)}>
      <span class="message-way">
        <Icon name={message.direction} size={16} />
        <span class="unseen">{inbound ? "From" : "To"}</span>
      </span>
      <span class="message-who clip nums">+{message.wa_id}</span>
      <span class="message-number clip nums" hidden={!withNumber}>
        {inbound ? "to" : "from"} {message.phone_number_id}
      </span>
      <span class="message-kind clip">
        <Icon name={kindIcon(message.type)} size={15} />
        {kindWord(message.type)}
      </span>
      <span class="message-says clip foreign" dir="auto">
        {message.preview || <span class="faint">no words</span>}
      </span>
      <span class="message-status">
        <Ticks status={message.status} words />
      </span>
      <span class="message-when">
        <Time at={message.at} />
      </span>
      {message.fault && (
        <span class="message-fault">
          <b class="nums">{message.fault.code}</b> {message.fault.title}
          {message.fault.details && <span class="soft">: {message.fault.details}</span>}
        </span>
      )}
    </a>
  );
}
