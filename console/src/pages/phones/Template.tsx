// A template message as its user sees it: header, words, footer, buttons, and the cards of a carousel.

import type { ShownButton, ShownCard } from "../../api/types.ts";
import { Icon } from "../../parts/Icon.tsx";
import { toast } from "../../parts/Toast.tsx";
import { tap } from "./actions.ts";
import type { Bubble } from "./chat.ts";
import { Header, Offer, Opens, Row } from "./Interactive.tsx";
import { Words } from "./Pieces.tsx";

interface Props {
  bubble: Bubble;
  phone: string;
}

export function Template({ bubble, phone }: Props) {
  const shown = bubble.template;
  if (!shown) return <Words text={bubble.body} />;
  return (
    <>
      <Parts card={shown} bubble={bubble} phone={phone} />
      {shown.cards.length > 0 && (
        <div class="chat-carousel" role="group" aria-label="Cards">
          {shown.cards.map((card, at) => (
            <div key={at} class="chat-card">
              <Parts card={card} bubble={bubble} phone={phone} />
            </div>
          ))}
        </div>
      )}
    </>
  );
}

function Parts({ card, bubble, phone }: Props & { card: ShownCard }) {
  const file = card.file === null || card.file === undefined ? null : bubble.files[card.file];
  return (
    <>
      {card.header_format && <Header header={{ type: card.header_format, text: card.header ?? "" }} file={file} />}
      {card.body && <Words text={card.body} />}
      {card.footer && <p class="chat-foot foreign">{card.footer}</p>}
      {card.buttons.map((button, at) => (
        <One key={at} button={button} bubble={bubble} phone={phone} />
      ))}
    </>
  );
}

function One({ button, bubble, phone }: Props & { button: ShownButton }) {
  switch (button.type) {
    case "QUICK_REPLY":
      return (
        <Row>
          <Offer
            icon="reply"
            label={button.text}
            chosen={bubble.answer === button.text}
            onTap={() => tap(phone, { message_id: bubble.id, button: button.payload ?? button.text })}
          />
        </Row>
      );
    case "URL":
      return <Opens label={button.text} url={button.url ?? ""} />;
    case "PHONE_NUMBER":
      return (
        <Row>
          <span class="chat-offer" title={button.phone_number ?? ""}>
            <Icon name="phone" size={15} />
            <span class="foreign">{button.text}</span>
          </span>
        </Row>
      );
    case "FLOW":
      return (
        <Row>
          <Offer
            icon="edit"
            label={button.text}
            onTap={() => tap(phone, { message_id: bubble.id, flow: { answer: "yes" } } as never)}
          />
        </Row>
      );
    case "REQUEST_CONTACT_INFO":
      return (
        <Row>
          <Offer
            icon="contact"
            label={button.text}
            onTap={() => tap(phone, { message_id: bubble.id, contact: true })}
          />
        </Row>
      );
    default:
      return (
        <Row>
          <Offer icon="copy" label={button.text} onTap={() => copy(button)} />
        </Row>
      );
  }
}

async function copy(button: ShownButton): Promise<void> {
  if (!button.code) return toast("On a phone this opens something outside of the chat.", "plain");
  await navigator.clipboard.writeText(button.code);
  toast(`Copied ${button.code}`);
}
