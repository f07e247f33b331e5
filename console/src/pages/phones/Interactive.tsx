// Messages that offer something to tap: reply buttons, lists, links, cards, requests.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { MediaView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Sheet } from "../../parts/Dialog.tsx";
import { TextArea } from "../../parts/Field.tsx";
import { Icon, type IconName } from "../../parts/Icon.tsx";
import { toast } from "../../parts/Toast.tsx";
import { tap } from "./actions.ts";
import { type Bubble, elements, members, word } from "./chat.ts";
import { Film, Paper, Picture } from "./Files.tsx";
import { PlaceCard, WithFile, Words } from "./Pieces.tsx";

interface Props {
  bubble: Bubble;
  phone: string;
}

export function Interactive({ bubble, phone }: Props) {
  const content = members(bubble.content);
  const type = word(content["type"]);
  const cards = elements(members(content["action"])["cards"]);
  return (
    <>
      <Header header={members(content["header"])} file={bubble.files[0]} />
      <Words text={word(members(content["body"])["text"])} />
      {word(members(content["footer"])["text"]) && (
        <p class="chat-foot foreign">{word(members(content["footer"])["text"])}</p>
      )}
      {cards.length > 0 && <CardRow cards={cards} bubble={bubble} phone={phone} />}
      <Offers type={type} content={content} bubble={bubble} phone={phone} />
    </>
  );
}

type Members = Readonly<Record<string, unknown>>;

/** The part above the words: a line, a file or nothing. */
export function Header({ header, file }: { header: Members; file: MediaView | null | undefined }) {
  switch (word(header["type"]).toLowerCase()) {
    case "text":
      return <b class="chat-head foreign">{word(header["text"])}</b>;
    case "image":
      return <WithFile file={file} what="The picture" draw={(there) => <Picture file={there} alt="Picture" />} />;
    case "video":
      return <WithFile file={file} what="The film" draw={(there) => <Film file={there} />} />;
    case "document":
      return (
        <WithFile
          file={file}
          what="The document"
          draw={(there) => <Paper file={there} name={there.filename ?? ""} />}
        />
      );
    case "location":
      return <PlaceCard place={members(header["location"])} />;
    default:
      return null;
  }
}

function Offers({ type, content, bubble, phone }: Props & { type: string; content: Members }) {
  const action = members(content["action"]);
  switch (type) {
    case "button":
      return (
        <Replies
          choices={elements(action["buttons"]).map((each) => members(members(each)["reply"]))}
          bubble={bubble}
          phone={phone}
        />
      );
    case "list":
      return <List action={action} bubble={bubble} phone={phone} />;
    case "cta_url":
      return (
        <Opens
          label={word(members(action["parameters"])["display_text"])}
          url={word(members(action["parameters"])["url"])}
        />
      );
    case "location_request_message":
      return <LocationRequest bubble={bubble} phone={phone} />;
    case "flow":
      return (
        <Form
          label={word(members(action["parameters"])["flow_cta"]) || "Open form"}
          member="flow"
          bubble={bubble}
          phone={phone}
        />
      );
    case "address_message":
      return <Form label="Provide address" member="address" bubble={bubble} phone={phone} />;
    case "voice_call":
      return (
        <Row>
          <span class="chat-offer" title="Calls are not offered here">
            <Icon name="phone" size={15} />
            <span class="foreign">{word(members(action["parameters"])["display_text"]) || "Call now"}</span>
          </span>
        </Row>
      );
    case "call_permission_request":
      return (
        <Row>
          <Offer
            icon="check"
            label="Allow calls"
            onTap={() => tap(phone, { message_id: bubble.id, call_permission: "accept" })}
          />
          <Offer
            icon="block"
            label="Do not allow"
            onTap={() => tap(phone, { message_id: bubble.id, call_permission: "reject" })}
          />
        </Row>
      );
    case "request_contact_info":
    case "contact_request":
      return (
        <Row>
          <Offer
            icon="contact"
            label="Share my contact"
            onTap={() => tap(phone, { message_id: bubble.id, contact: true })}
          />
        </Row>
      );
    case "product":
    case "product_list":
    case "catalog_message":
      return <Products action={action} bubble={bubble} phone={phone} />;
    default:
      return null;
  }
}

export function Row({ children }: { children: ComponentChildren }) {
  return <div class="chat-offers">{children}</div>;
}

interface OfferProps {
  icon?: IconName;
  label: string;
  chosen?: boolean;
  /** Whether it opens a sheet. */
  opens?: boolean;
  onTap: () => unknown;
}

export function Offer({ icon, label, chosen = false, opens = false, onTap }: OfferProps) {
  return (
    <button
      type="button"
      class={`chat-offer ${chosen ? "chosen" : ""}`}
      aria-haspopup={opens ? "dialog" : undefined}
      onClick={() => void onTap()}
    >
      {icon && <Icon name={chosen ? "check" : icon} size={15} />}
      <span class="foreign">{label}</span>
    </button>
  );
}

/** A link that a message offers: it says where it leads before it is followed. */
export function Opens({ label, url }: { label: string; url: string }) {
  const safe = isOfTheWeb(url);
  return (
    <Row>
      {safe ? (
        <a class="chat-offer" href={url} target="_blank" rel="noreferrer noopener" title={url}>
          <Icon name="external" size={15} />
          <span class="foreign">{label || url}</span>
        </a>
      ) : (
        <span class="chat-offer foreign" title="This is no address of the web">
          {label} ({url})
        </span>
      )}
    </Row>
  );
}

function Replies({ choices, bubble, phone }: Props & { choices: readonly Members[] }) {
  return (
    <Row>
      {choices.map((choice) => (
        <Offer
          key={word(choice["id"])}
          icon="reply"
          label={word(choice["title"])}
          chosen={bubble.answer === word(choice["title"])}
          onTap={() => tap(phone, { message_id: bubble.id, button: word(choice["id"]) })}
        />
      ))}
    </Row>
  );
}

function List({ action, bubble, phone }: Props & { action: Members }) {
  const [open, setOpen] = useState(false);
  const choose = async (id: string): Promise<void> => {
    if (await tap(phone, { message_id: bubble.id, row: id })) setOpen(false);
  };
  return (
    <Row>
      <Offer opens icon="list" label={word(action["button"]) || "Options"} onTap={() => setOpen(true)} />
      <Sheet open={open} title={word(action["button"]) || "Options"} onClose={() => setOpen(false)}>
        {elements(action["sections"]).map((section, at) => (
          <section key={at} class="chat-list">
            {word(members(section)["title"]) && <h3 class="foreign">{word(members(section)["title"])}</h3>}
            {elements(members(section)["rows"])
              .map(members)
              .map((row) => (
                <button
                  type="button"
                  key={word(row["id"])}
                  class="chat-list-row"
                  onClick={() => void choose(word(row["id"]))}
                >
                  <span class="grow">
                    <span class="foreign">{word(row["title"])}</span>
                    {word(row["description"]) && <span class="soft foreign">{word(row["description"])}</span>}
                  </span>
                  <span
                    class={`chat-radio ${bubble.answer === word(row["title"]) ? "chosen" : ""}`}
                    aria-hidden="true"
                  />
                </button>
              ))}
          </section>
        ))}
      </Sheet>
    </Row>
  );
}

function LocationRequest({ bubble, phone }: Props) {
  const send = () =>
    tap(phone, {
      message_id: bubble.id,
      location: { latitude: 52.52, longitude: 13.405, name: "Here", address: null, url: null },
    } as never);
  return (
    <Row>
      <Offer icon="location" label="Send location" onTap={send} />
    </Row>
  );
}

function Form({ label, member, bubble, phone }: Props & { label: string; member: "flow" | "address" }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(member === "address" ? '{"name": "Ada", "city": "Berlin"}' : '{"answer": "yes"}');
  const [error, setError] = useState<string | null>(null);
  const send = async (): Promise<void> => {
    try {
      const filled: unknown = JSON.parse(text);
      if (await tap(phone, { message_id: bubble.id, [member]: members(filled) } as never)) setOpen(false);
    } catch {
      setError("This is no JSON object.");
    }
  };
  return (
    <Row>
      <Offer opens icon="edit" label={label} chosen={bubble.answer !== null} onTap={() => setOpen(true)} />
      <Sheet
        open={open}
        title={label}
        onClose={() => setOpen(false)}
        actions={
          <Button manner="main" icon="send" onClick={() => void send()}>
            Send
          </Button>
        }
      >
        <TextArea
          label="What the user fills in, as JSON"
          value={text}
          error={error}
          rows={8}
          onInput={(value) => {
            setText(value);
            setError(null);
          }}
        />
      </Sheet>
    </Row>
  );
}

function Products({ action, bubble, phone }: Props & { action: Members }) {
  const one = word(action["product_retailer_id"]);
  const listed = elements(action["sections"]).flatMap((section) =>
    elements(members(section)["product_items"]).map((item) => word(members(item)["product_retailer_id"])),
  );
  const products = one ? [one] : listed;
  const order = () => {
    if (products.length === 0)
      return toast("The message names no product; write the order with the control API.", "plain");
    const items = products
      .slice(0, 1)
      .map((id) => ({ product_retailer_id: id, quantity: 1, item_price: 10, currency: "USD" }));
    return tap(phone, { message_id: bubble.id, order: { product_items: items } } as never);
  };
  return (
    <>
      <ul class="chat-order">
        {products.map((id) => (
          <li key={id} class="foreign">
            {id}
          </li>
        ))}
      </ul>
      <Row>
        <Offer opens icon="list" label={products.length > 1 ? "Order the first" : "Order"} onTap={order} />
      </Row>
    </>
  );
}

function CardRow({ cards, bubble, phone }: Props & { cards: readonly unknown[] }) {
  return (
    <div class="chat-carousel" role="group" aria-label="Cards">
      {cards.map(members).map((card, at) => {
        const action = members(card["action"]);
        const buttons = elements(action["buttons"]).map((each) => members(members(each)["quick_reply"]));
        return (
          <div key={at} class="chat-card">
            <Header header={members(card["header"])} file={bubble.files[at]} />
            <Words text={word(members(card["body"])["text"])} />
            {word(card["type"]) === "cta_url" && (
              <Opens
                label={word(members(action["parameters"])["display_text"])}
                url={word(members(action["parameters"])["url"])}
              />
            )}
            {buttons.length > 0 && <Replies choices={buttons} bubble={bubble} phone={phone} />}
          </div>
        );
      })}
    </div>
  );
}

/** Whether an address may become a link: everything else is only shown. */
function isOfTheWeb(url: string): boolean {
  return URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol);
}
