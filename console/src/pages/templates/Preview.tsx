// A template as a phone shows it, without anything to tap: a picture of what will come.

import type { MediaView } from "../../api/types.ts";
import { Icon, type IconName } from "../../parts/Icon.tsx";
import { PlaceCard, Words } from "../phones/Pieces.tsx";
import type { Drawn, DrawnButton } from "./definition.ts";
import "../phones/chat.css";
import "../phones/content.css";
import "./templates.css";

interface Props {
  drawn: Drawn;
  /** The file that stands for a header, by the header's key. */
  fileOf?: (key: string) => MediaView | null;
}

const BUTTONS: Readonly<Record<string, IconName>> = {
  QUICK_REPLY: "reply",
  URL: "external",
  PHONE_NUMBER: "phone",
  COPY_CODE: "copy",
  OTP: "copy",
  FLOW: "edit",
  CATALOG: "list",
  MPM: "list",
  SPM: "list",
  VOICE_CALL: "phone",
  REQUEST_CONTACT_INFO: "contact",
};
const FILES: Readonly<Record<string, IconName>> = { IMAGE: "image", VIDEO: "video", GIF: "video", DOCUMENT: "document" };

export function Preview({ drawn, fileOf }: Props) {
  return (
    <figure class="preview" aria-label="As the phone shows it">
      <div class="bubble-line theirs">
        <div class="bubble theirs template preview-bubble">
          <Parts drawn={drawn} fileOf={fileOf} />
          {drawn.cards.length > 0 && (
            <div class="chat-carousel" role="group" aria-label="Cards" tabIndex={0}>
              {drawn.cards.map((card, at) => (
                <div key={at} class="chat-card">
                  <Parts drawn={card} fileOf={fileOf} />
                </div>
              ))}
            </div>
          )}
        </div>
      </div>
      {drawn.note && <figcaption class="preview-note">{drawn.note}</figcaption>}
    </figure>
  );
}

function Parts({ drawn, fileOf }: { drawn: Drawn; fileOf: Props["fileOf"] }) {
  return (
    <>
      {drawn.header && <Header header={drawn.header} file={fileOf?.(drawn.header.key) ?? null} />}
      {drawn.offer !== null && (
        <p class="preview-offer">
          <Icon name="clock" size={15} /> <b class="foreign">{drawn.offer}</b>
        </p>
      )}
      {drawn.body ? (
        <Words text={drawn.body} />
      ) : (
        drawn.cards.length === 0 && !drawn.header && <p class="chat-system">Nothing yet</p>
      )}
      {drawn.footer && <p class="chat-foot foreign">{drawn.footer}</p>}
      {drawn.buttons.length > 0 && (
        <ul class="chat-offers">
          {drawn.buttons.map((button, at) => (
            <One key={at} button={button} />
          ))}
        </ul>
      )}
    </>
  );
}

function Header({ header, file }: { header: NonNullable<Drawn["header"]>; file: MediaView | null }) {
  if (header.format === "TEXT") return header.text ? <b class="chat-head foreign">{header.text}</b> : null;
  if (header.format === "LOCATION")
    return <PlaceCard place={{ latitude: 52.52, longitude: 13.405, name: "The place of the message" }} />;
  if (header.format === "PRODUCT")
    return (
      <div class="preview-file">
        <Icon name="list" size={30} />
        <span>
          Product <b class="foreign">{header.text}</b>
        </span>
      </div>
    );
  if (file?.mime_type.startsWith("image/")) return <img class="preview-picture" src={file.url} alt="Picture of the header" />;
  return (
    <div class={`preview-file ${header.format.toLowerCase()}`}>
      <Icon name={FILES[header.format] ?? "media"} size={30} />
      <span>
        {file?.filename ??
          { IMAGE: "Picture", VIDEO: "Film", GIF: "Moving picture", DOCUMENT: "Document" }[header.format] ??
          "File"}
      </span>
    </div>
  );
}

function One({ button }: { button: DrawnButton }) {
  return (
    <li class="chat-offer preview-button" title={button.detail}>
      <Icon name={BUTTONS[button.type] ?? "button"} size={15} />
      <span class="foreign">{button.text || "…"}</span>
    </li>
  );
}
