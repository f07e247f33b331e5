// A template while it is written: what the form holds, and the request that comes of it.

import { elements, members, word } from "../phones/chat.ts";
import { exampleOf, type Members, partOf, type Values, variablesOf } from "./definition.ts";

export interface DraftButton {
  readonly type: string;
  readonly text: string;
  /** The link, the number to call, the code, the id of the flow: whatever the type has. */
  readonly target: string;
  readonly example: string;
}

export interface DraftCard {
  readonly format: string;
  readonly handle: string;
  readonly body: string;
  readonly examples: Values;
  readonly buttons: readonly DraftButton[];
}

/** An Android app that takes a code by itself. */
export interface App {
  readonly name: string;
  readonly hash: string;
}

export interface Draft {
  readonly name: string;
  readonly language: string;
  readonly category: string;
  readonly named: boolean;
  /** NONE, TEXT, IMAGE, VIDEO, GIF, DOCUMENT, LOCATION. */
  readonly header: string;
  readonly headerText: string;
  readonly headerExamples: Values;
  readonly handle: string;
  readonly body: string;
  readonly examples: Values;
  readonly footer: string;
  readonly offer: string;
  readonly offerEnds: boolean;
  readonly buttons: readonly DraftButton[];
  readonly cards: readonly DraftCard[];
  /** Of a code: a warning not to share it, and how many minutes it holds. */
  readonly security: boolean;
  readonly minutes: string;
  readonly autofill: Autofill;
}

/** How a code comes to an app: COPY_CODE, by hand; ONE_TAP, at a tap; ZERO_TAP, by itself. */
export interface Autofill {
  readonly type: string;
  readonly text: string;
  readonly apps: readonly App[];
  readonly terms: boolean;
}

/** The parts of the form that the server may find something wrong with. */
export type Place = "name" | "language" | "category" | "header" | "body" | "footer" | "buttons" | "cards" | "offer" | "form";

export const EXAMPLE_LINK = "https://shop/example";
export const BLANK: Draft = {
  name: "",
  language: "en_US",
  category: "UTILITY",
  named: false,
  header: "NONE",
  headerText: "",
  headerExamples: {},
  handle: EXAMPLE_LINK,
  body: "",
  examples: {},
  footer: "",
  offer: "",
  offerEnds: false,
  buttons: [],
  cards: [],
  security: true,
  minutes: "10",
  autofill: { type: "COPY_CODE", text: "", apps: [{ name: "", hash: "" }], terms: false },
};
export const BLANK_CARD: DraftCard = { format: "IMAGE", handle: EXAMPLE_LINK, body: "", examples: {}, buttons: [] };

/** Return the kinds of buttons that a category has, and what each asks for. */
export function buttonKinds(
  category: string,
): readonly { type: string; label: string; target: string | null; text: boolean }[] {
  if (category === "AUTHENTICATION") return [{ type: "OTP", label: "Copy the code", target: null, text: true }];
  return [
    { type: "QUICK_REPLY", label: "Quick reply", target: null, text: true },
    { type: "URL", label: "Open a link", target: "Link", text: true },
    { type: "PHONE_NUMBER", label: "Call a number", target: "Number", text: true },
    { type: "COPY_CODE", label: "Copy a code", target: "Example of a code", text: false },
    { type: "FLOW", label: "Open a form (flow)", target: "Id of the flow", text: true },
    { type: "CATALOG", label: "Show the catalog", target: null, text: true },
    { type: "MPM", label: "Show several products", target: null, text: true },
    { type: "SPM", label: "Show the product of the header", target: null, text: true },
    { type: "VOICE_CALL", label: "Call on WhatsApp", target: null, text: true },
    { type: "REQUEST_CONTACT_INFO", label: "Ask for contact info", target: null, text: false },
  ];
}

/** Return what new buttons change: one that shows a product needs a header which does. */
export function withButtons(draft: Draft, buttons: readonly DraftButton[]): Partial<Draft> {
  const isNew = has(buttons, "SPM") && !has(draft.buttons, "SPM");
  return { buttons, ...(isNew && draft.header === "NONE" && { header: "PRODUCT" }) };
}

/** Return the components of the request. */
export function componentsOf(draft: Draft): readonly Members[] {
  if (draft.category === "AUTHENTICATION") return codeComponents(draft);
  if (draft.cards.length > 0) {
    const cards = draft.cards.map((card) => ({ components: cardComponents(card, draft.named) }));
    return [bodyOf(draft.body, draft.examples, draft.named), { type: "CAROUSEL", cards }];
  }
  return [
    ...headerOf(draft),
    bodyOf(draft.body, draft.examples, draft.named),
    ...(draft.footer && !draft.offer ? [{ type: "FOOTER", text: draft.footer }] : []),
    ...(draft.offer
      ? [{ type: "LIMITED_TIME_OFFER", limited_time_offer: { text: draft.offer, has_expiration: draft.offerEnds } }]
      : []),
    ...buttonsOf(draft.buttons),
  ];
}

/** Return the draft that a template was made of. */
export function draftOf(template: {
  name: string;
  language: string;
  category: string;
  parameter_format: string;
  components?: unknown;
}): Draft {
  const parts = template.components;
  const [header, body, footer] = [partOf(parts, "HEADER"), partOf(parts, "BODY"), partOf(parts, "FOOTER")];
  const offer = members(partOf(parts, "LIMITED_TIME_OFFER")["limited_time_offer"]);
  const isCode = template.category === "AUTHENTICATION";
  return {
    name: template.name,
    language: template.language,
    category: template.category,
    named: template.parameter_format === "NAMED",
    header: word(header["format"]) || (header["type"] ? "TEXT" : "NONE"),
    headerText: word(header["text"]),
    headerExamples: examplesOf(header),
    handle: word(elements(members(header["example"])["header_handle"])[0]) || EXAMPLE_LINK,
    body: isCode ? "" : word(body["text"]),
    examples: examplesOf(body),
    footer: isCode ? "" : word(footer["text"]),
    offer: word(offer["text"]),
    offerEnds: offer["has_expiration"] === true,
    buttons: elements(partOf(parts, "BUTTONS")["buttons"]).map((each) => draftButton(members(each))),
    cards: elements(partOf(parts, "CAROUSEL")["cards"]).map((each) => draftCard(members(each)["components"])),
    security: isCode ? body["add_security_recommendation"] === true : true,
    minutes: isCode ? word(footer["code_expiration_minutes"]) : "10",
    autofill: autofillOf(members(elements(partOf(parts, "BUTTONS")["buttons"])[0])),
  };
}

/** Return which part of the form a sentence of the server is about; it begins with the part's name. */
export function placeOf(sentence: string): Place {
  const first = /^(?:'?(?:components|template)'?[:.]? )?([a-z_]+)/.exec(sentence)?.[1] ?? "";
  const places: Readonly<Record<string, Place>> = {
    name: "name",
    language: "language",
    category: "category",
    header: "header",
    body: "body",
    footer: "footer",
    buttons: "buttons",
    button: "buttons",
    carousel: "cards",
    limited_time_offer: "offer",
  };
  if (/^There is already/.test(sentence) || /its name can be used again/.test(sentence)) return "name";
  return places[first] ?? "form";
}

function codeComponents(draft: Draft): readonly Members[] {
  const text = draft.buttons[0]?.text;
  return [
    { type: "BODY", ...(draft.security && { add_security_recommendation: true }) },
    ...(draft.minutes ? [{ type: "FOOTER", code_expiration_minutes: Number(draft.minutes) }] : []),
    {
      type: "BUTTONS",
      buttons: [{ type: "OTP", otp_type: draft.autofill.type, ...(text && { text }), ...tapOf(draft.autofill) }],
    },
  ];
}

function tapOf({ type, text, apps, terms }: Autofill): Members {
  if (type === "COPY_CODE") return {};
  return {
    ...(text && { autofill_text: text }),
    ...(type === "ZERO_TAP" && { zero_tap_terms_accepted: terms }),
    supported_apps: apps.map(({ name, hash }) => ({ package_name: name, signature_hash: hash })),
  };
}

/** Return how the code of a button comes to an app; a single app may stand on the button itself. */
function autofillOf(button: Members): Autofill {
  const apps = [...elements(button["supported_apps"]).map(members), button]
    .map((each) => ({ name: word(each["package_name"]), hash: word(each["signature_hash"]) }))
    .filter(({ name }) => name !== "");
  return {
    type: word(button["otp_type"]) || BLANK.autofill.type,
    text: word(button["autofill_text"]),
    apps: apps.length > 0 ? apps : BLANK.autofill.apps,
    terms: button["zero_tap_terms_accepted"] === true,
  };
}

function has(buttons: readonly DraftButton[], type: string): boolean {
  return buttons.some((button) => button.type === type);
}

function headerOf(draft: Draft): readonly Members[] {
  if (draft.header === "NONE") return [];
  if (draft.header === "TEXT") {
    const example = exampleFor(draft.headerText, draft.headerExamples, draft.named, "header");
    return [{ type: "HEADER", format: "TEXT", text: draft.headerText, ...(example && { example }) }];
  }
  return [fileHeader(draft.header, draft.handle)];
}

function fileHeader(format: string, handle: string): Members {
  if (format === "LOCATION" || format === "PRODUCT") return { type: "HEADER", format };
  return { type: "HEADER", format, example: { header_handle: [handle] } };
}

function bodyOf(text: string, examples: Values, named: boolean): Members {
  const example = exampleFor(text, examples, named, "body");
  return { type: "BODY", text, ...(example && { example }) };
}

/** An example that is not given is left out, so that the server says so. */
function exampleFor(text: string, examples: Values, named: boolean, where: "header" | "body"): Members | null {
  const names = variablesOf(text);
  const told = names.map((name) => examples[name] ?? "");
  if (names.length === 0 || told.some((each) => each === "")) return null;
  if (named) return { [`${where}_text_named_params`]: names.map((name) => ({ param_name: name, example: examples[name] })) };
  const inOrder = [...names].sort((one, other) => Number(one) - Number(other)).map((name) => examples[name]);
  return where === "body" ? { body_text: [inOrder] } : { header_text: inOrder };
}

function cardComponents(card: DraftCard, named: boolean): readonly Members[] {
  return [
    fileHeader(card.format, card.handle),
    ...(card.body ? [bodyOf(card.body, card.examples, named)] : []),
    ...buttonsOf(card.buttons),
  ];
}

function buttonsOf(buttons: readonly DraftButton[]): readonly Members[] {
  return buttons.length > 0 ? [{ type: "BUTTONS", buttons: buttons.map(buttonOf) }] : [];
}

function buttonOf({ type, text, target, example }: DraftButton): Members {
  const given = { type, ...(text && { text }) };
  switch (type) {
    case "URL":
      return { ...given, url: target, ...(variablesOf(target).length > 0 && example && { example: [example] }) };
    case "PHONE_NUMBER":
      return { ...given, phone_number: target };
    case "COPY_CODE":
      return { type, ...(target && { example: target }) };
    case "FLOW":
      return { ...given, ...(target && { flow_id: target }) };
    default:
      return given;
  }
}

function draftButton(button: Members): DraftButton {
  const type = word(button["type"]).toUpperCase();
  const example = word(elements(button["example"])[0]) || word(button["example"]);
  const targets: Readonly<Record<string, string>> = {
    URL: word(button["url"]),
    PHONE_NUMBER: word(button["phone_number"]),
    COPY_CODE: example,
    FLOW: word(button["flow_id"]),
  };
  return { type, text: type === "COPY_CODE" ? "" : word(button["text"]), target: targets[type] ?? "", example };
}

function draftCard(parts: unknown): DraftCard {
  const [header, body] = [partOf(parts, "HEADER"), partOf(parts, "BODY")];
  return {
    format: word(header["format"]) || "IMAGE",
    handle: word(elements(members(header["example"])["header_handle"])[0]) || EXAMPLE_LINK,
    body: word(body["text"]),
    examples: examplesOf(body),
    buttons: elements(partOf(parts, "BUTTONS")["buttons"]).map((each) => draftButton(members(each))),
  };
}

function examplesOf(part: Members): Values {
  return Object.fromEntries(variablesOf(word(part["text"])).map((name) => [name, exampleOf(part, name)]));
}
