// A template's definition: what a phone shows of it, what a message has to fill in, and the message that does.

import { elements, members, word } from "../phones/chat.ts";

export type Members = Readonly<Record<string, unknown>>;
export type Values = Readonly<Record<string, string>>;

/** What a message fills in: a word, a file, a place, a code, the end of an offer, products of a catalog. */
export interface Slot {
  readonly key: string;
  readonly label: string;
  readonly kind: "text" | "file" | "place" | "code" | "moment" | "product" | "products";
  /** Of a file: IMAGE, VIDEO, DOCUMENT, GIF. */
  readonly format: string;
  readonly example: string;
}

export interface DrawnButton {
  readonly type: string;
  readonly text: string;
  /** Where it leads, whom it calls, what it copies. */
  readonly detail: string;
}

/** A template, or a card of it, as it is drawn. */
export interface Drawn {
  readonly header: { readonly format: string; readonly text: string; readonly key: string } | null;
  readonly offer: string | null;
  readonly body: string;
  readonly footer: string;
  readonly buttons: readonly DrawnButton[];
  readonly cards: readonly Drawn[];
  /** What a picture of the phone cannot show. */
  readonly note: string;
}

const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const FILES = ["IMAGE", "VIDEO", "GIF", "DOCUMENT"];
/** What stands on a button that the platform names. */
const NAMES: Readonly<Record<string, string>> = {
  OTP: "Copy code",
  COPY_CODE: "Copy offer code",
  CATALOG: "View catalog",
  MPM: "View items",
  SPM: "View",
  VOICE_CALL: "Call on WhatsApp",
  REQUEST_CONTACT_INFO: "Share contact info",
};

const NOTES: Readonly<Record<string, string>> = {
  ONE_TAP: "A tap hands the code to your app; a phone without the app copies it instead.",
  ZERO_TAP: "Your app gets the code by itself, without a tap; a phone without the app copies it instead.",
};
const PRODUCT = "catalog_1, sku-1";
const PRODUCTS = "sku-1, sku-2";
const CODE = "123456";

/** Return the variables of a text, each once, in the order in which they stand there. */
export function variablesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((found) => found[1] ?? ""))];
}

export function partOf(components: unknown, type: string): Members {
  return (
    elements(components)
      .map(members)
      .find((part) => word(part["type"]).toUpperCase() === type) ?? {}
  );
}

/** Return everything that a message of the template fills in. */
export function slotsOf(components: unknown, at = ""): readonly Slot[] {
  const [header, body] = [partOf(components, "HEADER"), partOf(components, "BODY")];
  const cards = elements(partOf(components, "CAROUSEL")["cards"]);
  return [
    ...headerSlots(header, at),
    ...bodySlots(components, body, `${at}body`),
    ...offerSlots(components, at),
    ...elements(partOf(components, "BUTTONS")["buttons"]).flatMap((button, index) => buttonSlots(members(button), index, at)),
    ...cards.flatMap((card, index) =>
      slotsOf(members(card)["components"], `card.${index}.`).map((slot) => ({
        ...slot,
        label: `Card ${index + 1}: ${slot.label}`,
      })),
    ),
  ];
}

/** Return what the phone shows, with the values given or else the examples. */
export function drawnOf(components: unknown, values: Values, at = ""): Drawn {
  const examples = Object.fromEntries(slotsOf(components, at).map((slot) => [slot.key, slot.example]));
  const told = (key: string): string => values[key] || examples[key] || "";
  const filled = (text: string, where: string): string =>
    text.replace(VARIABLE, (whole, name: string) => told(`${where}.${name}`) || whole);
  const header = partOf(components, "HEADER");
  const format = word(header["format"]).toUpperCase();
  const headerText = (): string =>
    format === "PRODUCT" ? (splitProduct(told(`${at}header`))[1] ?? "") : filled(word(header["text"]), `${at}header`);
  return {
    header: format ? { format, text: headerText(), key: `${at}header` } : null,
    offer: word(members(partOf(components, "LIMITED_TIME_OFFER")["limited_time_offer"])["text"]) || null,
    body: filled(bodyText(components), `${at}body`),
    footer: footerText(partOf(components, "FOOTER")),
    buttons: elements(partOf(components, "BUTTONS")["buttons"]).map((button, index) =>
      drawnButton(members(button), told(`${at}button.${index}`)),
    ),
    cards: elements(partOf(components, "CAROUSEL")["cards"]).map((card, index) =>
      drawnOf(members(card)["components"], values, `card.${index}.`),
    ),
    note: NOTES[word(members(elements(partOf(components, "BUTTONS")["buttons"])[0])["otp_type"])] ?? "",
  };
}

/** Return the `template` of a message with these values; what has none is the example. */
export function messageOf(name: string, language: string, components: unknown, values: Values, named: boolean): Members {
  const filled = filledOf(components, values, named, "");
  const cards = elements(partOf(components, "CAROUSEL")["cards"]).map((card, index) => ({
    card_index: index,
    components: filledOf(members(card)["components"], values, named, `card.${index}.`),
  }));
  const all = cards.length > 0 ? [...filled, { type: "carousel", cards }] : filled;
  return { name, language: { code: language }, ...(all.length > 0 && { components: all }) };
}

/** What a phone shows of a file that a message names: by a link, or by its id. */
export function fileOf(value: string): Members {
  return value.startsWith("http") ? { link: value } : { id: value };
}

function headerSlots(header: Members, at: string): readonly Slot[] {
  const format = word(header["format"]).toUpperCase();
  const key = `${at}header`;
  if (format === "TEXT") return textSlots(header, key, "Header");
  if (FILES.includes(format)) return [{ key, label: titled(format), kind: "file", format, example: "" }];
  if (format === "LOCATION") return [{ key, label: "Place", kind: "place", format, example: "52.52, 13.405, Berlin" }];
  if (format === "PRODUCT") return [{ key, label: "Product", kind: "product", format, example: PRODUCT }];
  return [];
}

function textSlots(part: Members, key: string, label: string): readonly Slot[] {
  return variablesOf(word(part["text"])).map((name) => ({
    key: `${key}.${name}`,
    label: `${label} {{${name}}}`,
    kind: "text",
    format: "",
    example: exampleOf(part, name),
  }));
}

/** The platform gives no example of a code. */
function bodySlots(components: unknown, body: Members, key: string): readonly Slot[] {
  const isCode = members(elements(partOf(components, "BUTTONS")["buttons"])[0])["type"] === "OTP";
  const slots = textSlots({ ...body, text: bodyText(components) }, key, "Text");
  return isCode ? slots.map((slot) => ({ ...slot, label: "Code", kind: "code", example: slot.example || CODE })) : slots;
}

/** Return what the definition gives as the example of a variable. */
export function exampleOf(part: Members, name: string): string {
  const example = members(part["example"]);
  for (const list of [example["body_text_named_params"], example["header_text_named_params"]]) {
    const found = elements(list)
      .map(members)
      .find((each) => each["param_name"] === name);
    if (found) return word(found["example"]);
  }
  const row = elements(elements(example["body_text"])[0]);
  const texts = row.length > 0 ? row : elements(example["header_text"]);
  return word(texts[Number(name) - 1]);
}

function offerSlots(components: unknown, at: string): readonly Slot[] {
  const offer = members(partOf(components, "LIMITED_TIME_OFFER")["limited_time_offer"]);
  return offer["has_expiration"] === true
    ? [{ key: `${at}offer`, label: "The offer ends in hours", kind: "moment", format: "", example: "24" }]
    : [];
}

function buttonSlots(button: Members, index: number, at: string): readonly Slot[] {
  const type = word(button["type"]).toUpperCase();
  const key = `${at}button.${index}`;
  const first = word(elements(button["example"])[0]) || word(button["example"]);
  if (type === "COPY_CODE") return [{ key, label: "Code to copy", kind: "code", format: "", example: first }];
  if (type === "MPM") return [{ key, label: "Products to show", kind: "products", format: "", example: PRODUCTS }];
  if (type !== "URL" || variablesOf(word(button["url"])).length === 0) return [];
  const start = word(button["url"]).replace(VARIABLE, "");
  return [
    { key, label: `End of the link of “${word(button["text"])}”`, kind: "text", format: "", example: first.replace(start, "") },
  ];
}

function drawnButton(button: Members, value: string): DrawnButton {
  const type = word(button["type"]).toUpperCase();
  const details: Readonly<Record<string, string>> = {
    URL: word(button["url"]).replace(VARIABLE, (whole) => value || whole),
    PHONE_NUMBER: word(button["phone_number"]),
    COPY_CODE: value,
    MPM: value,
  };
  const tap = word(button["otp_type"]) === "ONE_TAP" ? word(button["autofill_text"]) || "Autofill" : "";
  return { type, text: tap || word(button["text"]) || NAMES[type] || type, detail: details[type] ?? "" };
}

/** The platform words the text of a code itself; until it has, this is what it will say. */
function bodyText(components: unknown): string {
  const body = partOf(components, "BODY");
  if (body["text"] !== undefined || body["type"] === undefined) return word(body["text"]);
  const safe = body["add_security_recommendation"] === true ? " For your security, do not share this code." : "";
  return `*{{1}}* is your verification code.${safe}`;
}

function footerText(footer: Members): string {
  const minutes = word(footer["code_expiration_minutes"]);
  return word(footer["text"]) || (minutes ? `This code expires in ${minutes} minutes.` : "");
}

function filledOf(components: unknown, values: Values, named: boolean, at: string): readonly Members[] {
  const slots = slotsOf(components, at).filter((slot) => at !== "" || !slot.key.startsWith("card."));
  const value = (slot: Slot): string => values[slot.key] || slot.example;
  const buttons = elements(partOf(components, "BUTTONS")["buttons"]).map(members);
  const code = slots.find((slot) => slot.key.startsWith(`${at}body.`));
  const texts = (where: string) =>
    slots
      .filter((slot) => slot.key.startsWith(`${at}${where}.`))
      .map((slot) => ({
        type: "text",
        ...(named && { parameter_name: slot.key.slice(at.length + where.length + 1) }),
        text: value(slot),
      }));
  const header = slots.filter((slot) => slot.key === `${at}header`).map((slot) => headerParameter(slot, value(slot)));
  const offer = slots.filter((slot) => slot.kind === "moment").map((slot) => offerParameter(value(slot)));
  return [
    ...component("header", [...texts("header"), ...header]),
    ...component("body", texts("body")),
    ...component("limited_time_offer", offer),
    ...buttons.flatMap((button, index) => {
      const slot = slots.find((each) => each.key === `${at}button.${index}`);
      return buttonComponent(button, index, slot ? value(slot) : code ? value(code) : "", !!slot);
    }),
  ];
}

function component(type: string, parameters: readonly Members[]): readonly Members[] {
  return parameters.length > 0 ? [{ type, parameters }] : [];
}

function buttonComponent(button: Members, index: number, value: string, asked: boolean): readonly Members[] {
  const type = word(button["type"]).toUpperCase();
  const place = { type: "button", index: String(index) };
  if (type === "COPY_CODE")
    return [{ ...place, sub_type: "copy_code", parameters: [{ type: "coupon_code", coupon_code: value }] }];
  if (type === "MPM") return [{ ...place, sub_type: "mpm", parameters: [{ type: "action", action: productsOf(value) }] }];
  if (type === "OTP" || (type === "URL" && asked))
    return [{ ...place, sub_type: "url", parameters: [{ type: "text", text: value }] }];
  return [];
}

function headerParameter(slot: Slot, value: string): Members {
  if (slot.kind === "place") {
    const [latitude, longitude, ...rest] = value.split(",").map((each) => each.trim());
    const name = rest.join(", ");
    return { type: "location", location: { latitude, longitude, ...(name && { name, address: name }) } };
  }
  if (slot.kind === "product") {
    const [catalog, id] = splitProduct(value);
    return { type: "product", product: { product_retailer_id: id, ...(catalog && { catalog_id: catalog }) } };
  }
  const type = slot.format === "GIF" ? "video" : slot.format.toLowerCase();
  return { type, [type]: fileOf(value) };
}

/** Return catalog and product of "catalog, product"; a single word is the product. */
function splitProduct(value: string): readonly [string, string] {
  const words = commas(value);
  return words.length > 1 ? [words[0] ?? "", words[1] ?? ""] : ["", words[0] ?? ""];
}

/** The first product is the picture of the message. */
function productsOf(value: string): Members {
  const ids = commas(value);
  return {
    thumbnail_product_retailer_id: ids[0] ?? "",
    sections: [{ title: "Products", product_items: ids.map((id) => ({ product_retailer_id: id })) }],
  };
}

function commas(value: string): readonly string[] {
  return value
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

function offerParameter(hours: string): Members {
  return { type: "limited_time_offer", limited_time_offer: { expiration_time_ms: Date.now() + Number(hours) * 3_600_000 } };
}

function titled(format: string): string {
  return { IMAGE: "Picture", VIDEO: "Film", GIF: "Moving picture", DOCUMENT: "Document" }[format] ?? format;
}
