// What a bubble says, by its type.

import type { ComponentChildren } from "preact";
import type { MediaView } from "../../api/types.ts";
import { Icon } from "../../parts/Icon.tsx";
import { played } from "./actions.ts";
import { type Bubble, elements, members, word } from "./chat.ts";
import { Film, NoFile, Paper, Picture, Sound, StickerPicture } from "./Files.tsx";
import { Formatted } from "./Formatted.tsx";
import { Interactive } from "./Interactive.tsx";
import { LinkCard } from "./LinkCard.tsx";
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

export function Words({ text }: { text: string }) {
  return (
    <p class="chat-words foreign" dir="auto">
      <Formatted text={text} />
    </p>
  );
}

interface WithFileProps {
  file: MediaView | null | undefined;
  what: string;
  caption?: string;
  draw: (file: MediaView) => ComponentChildren;
}

export function WithFile({ file, what, caption, draw }: WithFileProps) {
  return (
    <>
      {file ? draw(file) : <NoFile what={what} />}
      {caption && <Words text={caption} />}
    </>
  );
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

/** A place on a drawn card: no map is fetched from anywhere. */
export function PlaceCard({ place }: { place: Readonly<Record<string, unknown>> }) {
  const latitude = Number(place["latitude"] ?? 0);
  const longitude = Number(place["longitude"] ?? 0);
  return (
    <div class="chat-place">
      <svg viewBox="0 0 240 110" role="img" aria-label={`Map at ${latitude}, ${longitude}`}>
        <rect class="map-land" width="240" height="110" />
        <path class="map-water" d="M0 84 C40 70 70 98 120 86 S200 60 240 74 V110 H0z" />
        <path
          class="map-road"
          d="M-5 30 C60 40 90 10 150 34 S220 50 250 20 M70 -5 C80 40 60 70 88 115 M170 -5 C160 40 190 70 176 115"
        />
        <path class="map-pin" d="M120 68s17-15 17-29a17 17 0 0 0-34 0c0 14 17 29 17 29z" />
        <circle class="map-eye" cx="120" cy="39" r="6" />
      </svg>
      {word(place["name"]) && <b class="foreign">{word(place["name"])}</b>}
      {word(place["address"]) && <span class="foreign">{word(place["address"])}</span>}
      <span class="chat-place-point nums">
        {latitude.toFixed(5)}, {longitude.toFixed(5)}
      </span>
    </div>
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
