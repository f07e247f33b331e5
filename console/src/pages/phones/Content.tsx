// What a bubble says, by its type.

import { Icon } from "../../parts/Icon.tsx";
import { played } from "./actions.ts";
import { type Bubble, elements, members, word } from "./chat.ts";
import { Film, Paper, Picture, Sound, StickerPicture } from "./Files.tsx";
import { Interactive } from "./Interactive.tsx";
import { LinkCard } from "./LinkCard.tsx";
import { PlaceCard, WithFile, Words } from "./Pieces.tsx";
import { Template } from "./Template.tsx";

interface ContentProps {
  bubble: Bubble;
  phone: string;
}

export function Content({ bubble, phone }: ContentProps) {
  const content = members(bubble.content);
  const [file] = bubble.files;
  switch (bubble.type) {
    case "text":
      return (
        <>
          {bubble.preview && <LinkCard of={bubble.preview} />}
          <Words text={bubble.body} />
        </>
      );
    case "image":
      return (
        <WithFile
          file={file}
          what="The picture"
          caption={word(content["caption"])}
          draw={(there) => <Picture file={there} alt="Picture" />}
        />
      );
    case "video":
      return (
        <WithFile
          file={file}
          what="The film"
          caption={word(content["caption"])}
          draw={(there) => <Film file={there} />}
        />
      );
    case "audio":
      return <Audio bubble={bubble} phone={phone} voice={content["voice"] === true} />;
    case "document":
      return (
        <WithFile
          file={file}
          what="The document"
          caption={word(content["caption"])}
          draw={(there) => <Paper file={there} name={word(content["filename"]) || there.filename || ""} />}
        />
      );
    case "sticker":
      return <WithFile file={file} what="The sticker" draw={(there) => <StickerPicture file={there} />} />;
    case "location":
      return <PlaceCard place={content} />;
    case "contacts":
      return <Cards cards={elements(bubble.content)} />;
    case "interactive":
      return bubble.mine ? <Words text={bubble.body} /> : <Interactive bubble={bubble} phone={phone} />;
    case "template":
      return <Template bubble={bubble} phone={phone} />;
    case "order":
      return <Order order={content} />;
    case "unsupported":
    case "ephemeral":
      return <p class="chat-system">A message that businesses cannot see</p>;
    default:
      return <Words text={bubble.body} />;
  }
}

function Audio({ bubble, phone, voice }: ContentProps & { voice: boolean }) {
  const tell = voice && !bubble.mine && bubble.status !== "played" ? () => void played(phone, bubble.id) : undefined;
  return (
    <WithFile
      file={bubble.files[0]}
      what="The sound"
      draw={(there) => <Sound file={there} voice={voice} {...(tell && { onPlay: tell })} />}
    />
  );
}

function Cards({ cards }: { cards: readonly unknown[] }) {
  return (
    <ul class="chat-cards">
      {cards.map((card, at) => {
        const told = members(card);
        const name = word(members(told["name"])["formatted_name"]) || "Contact";
        const phones = elements(told["phones"]).map(
          (phone) => word(members(phone)["phone"]) || word(members(phone)["wa_id"]),
        );
        return (
          <li key={at}>
            <span class="chat-face" aria-hidden="true">
              <Icon name="contact" />
            </span>
            <span class="grow">
              <b class="foreign">{name}</b>
              {phones.filter(Boolean).map((phone) => (
                <span key={phone} class="nums foreign">
                  {phone}
                </span>
              ))}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Order({ order }: { order: Readonly<Record<string, unknown>> }) {
  const items = elements(order["product_items"]).map(members);
  return (
    <>
      <p class="chat-words">
        <b>Basket</b>, {items.length === 1 ? "1 product" : `${items.length} products`}
      </p>
      <ul class="chat-order">
        {items.map((item, at) => (
          <li key={at} class="foreign">
            {word(item["quantity"])} × {word(item["product_retailer_id"])}, {word(item["item_price"])}{" "}
            {word(item["currency"])}
          </li>
        ))}
      </ul>
      {word(order["text"]) && <Words text={word(order["text"])} />}
    </>
  );
}
