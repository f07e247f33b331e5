// The message itself: what it says, its file, and what names it.

import type { MediaView, MessageDetail } from "../../api/types.ts";
import { Copy } from "../../parts/Copy.tsx";
import { JsonCode } from "../../parts/Code.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { sizeWords } from "../../parts/moments.ts";
import { Ticks } from "../../parts/Ticks.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import { linkOf } from "./facts.ts";

export function MessageCard({ message }: { message: MessageDetail }) {
  const files = [message.media, ...message.more_media].filter((file) => file !== null);
  return (
    <section class="card" aria-label="The message">
      <div class={`inspected-says ${message.direction}`}>
        {files.map((file) => (
          <Medium key={file.id} file={file} isSticker={message.type === "sticker"} />
        ))}
        <p class="foreign" dir="auto">
          {message.preview}
        </p>
        {files.length === 0 && linkOf(message) && <p class="mono soft foreign inspected-link">{linkOf(message)}</p>}
        <span class="inspected-ticks">
          <Time at={message.at} clock /> <Ticks status={message.status} />
        </span>
      </div>
      <Facts
        facts={[
          ["Status", <Ticks status={message.status} words />],
          ["When", <Time at={message.at} />],
          ["Business number", message.phone_number_id],
          ["User", `+${message.wa_id}`],
        ]}
      />
      <dl class="inspected-ids">
        <Id name="Id" id={message.id} />
        <Id name="On-Premises id" id={message.onprem_id} />
      </dl>
      <details class="more">
        <summary>The message as it is stored</summary>
        <JsonCode value={message.body} label="Canonical form" />
      </details>
    </section>
  );
}

function Id({ name, id }: { name: string; id: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="row">
        <span class="mono clip" title={id}>
          {id}
        </span>
        <Copy text={id} label={`Copy: ${name}`} />
      </dd>
    </div>
  );
}

function Medium({ file, isSticker }: { file: MediaView; isSticker: boolean }) {
  const [group] = file.mime_type.split("/", 1);
  const name = file.filename ?? `${group} ${file.id}`;
  return (
    <figure class={`inspected-medium ${isSticker ? "sticker" : ""}`}>
      {group === "image" ? (
        <img src={file.url} alt={`The file of the message: ${name}`} />
      ) : group === "video" ? (
        <video src={file.url} controls preload="metadata" aria-label={name} />
      ) : group === "audio" ? (
        <audio src={file.url} controls preload="metadata" aria-label={name} />
      ) : null}
      <figcaption>
        <a class="row" href={file.url} download={file.filename ?? ""}>
          <Icon name={group === "image" || group === "video" || group === "audio" ? "download" : "document"} size={16} />
          <span class="grow clip foreign">{name}</span>
        </a>
        <span class="soft nums">
          {file.mime_type}, {sizeWords(file.size)}
        </span>
        <a href={href(`/media/${encodeURIComponent(file.id)}`)}>In the gallery</a>
      </figcaption>
    </figure>
  );
}
