// @kapso/whatsapp-cloud-api: on Meta's paths, and through its own `fetch` on 360dialog's.

import { WhatsAppClient } from "@kapso/whatsapp-cloud-api";
import { normalizeWebhook, verifySignature } from "@kapso/whatsapp-cloud-api/server";

// 360dialog's host has no version, number or account in its paths, and a key instead of a token.
function asProxy({ number, token, waba }) {
  return (url, init = {}) => {
    const there = new URL(url);
    there.pathname = there.pathname.replace(new RegExp(`^/v24\\.0(/${number}|/${waba})?`), "");
    const headers = new Headers(init.headers);
    headers.delete("authorization");
    headers.set("D360-API-KEY", token);
    return fetch(there, { ...init, headers });
  };
}

export function steps(given) {
  const { baseUrl, number, token, secret, waba, face } = given;
  const client = new WhatsAppClient({
    accessToken: token,
    baseUrl,
    graphVersion: "v24.0",
    ...(face === "360dialog" ? { fetch: asProxy(given) } : {}),
  });
  const phoneNumberId = number;
  const { messages, media, templates } = client;
  const sends = {
    text: (to) => messages.sendText({ phoneNumberId, to, body: "See https://example.com", previewUrl: true }),
    location: (to) =>
      messages.sendLocation({ phoneNumberId, to, location: { latitude: 52.5, longitude: 13.4, name: "Berlin" } }),
    contacts: (to) =>
      messages.sendContacts({
        phoneNumberId,
        to,
        contacts: [{ name: { formattedName: "Ada", firstName: "Ada" }, phones: [{ phone: "+4930123", type: "WORK" }] }],
      }),
    template: (to) =>
      messages.sendTemplate({
        phoneNumberId,
        to,
        template: {
          name: "parcel_update",
          language: { code: "en_US" },
          components: [{ type: "body", parameters: ["a", "b", "c"].map((text) => ({ type: "text", text })) }],
        },
      }),
    button: (to) =>
      messages.sendInteractiveButtons({
        phoneNumberId,
        to,
        header: { type: "text", text: "Choose" },
        bodyText: "Which?",
        footerText: "Please",
        buttons: [{ id: "1", title: "One" }],
      }),
    list: (to) =>
      messages.sendInteractiveList({
        phoneNumberId,
        to,
        bodyText: "Which?",
        buttonText: "Pick",
        sections: [{ title: "Fruit", rows: [{ id: "a", title: "Apple", description: "Red" }] }],
      }),
    cta_url: (to) =>
      messages.sendInteractiveCtaUrl({
        phoneNumberId,
        to,
        bodyText: "See",
        parameters: { displayText: "Open", url: "https://example.com" },
      }),
    flow: (to) =>
      messages.sendInteractiveFlow({
        phoneNumberId,
        to,
        bodyText: "Fill in",
        parameters: {
          flowId: "7",
          flowCta: "Open",
          flowToken: "token",
          flowAction: "navigate",
          flowActionPayload: { screen: "START" },
        },
      }),
    product: (to) =>
      messages.sendInteractiveProduct({ phoneNumberId, to, bodyText: "Ours", catalogId: "7", productRetailerId: "a" }),
    product_list: (to) =>
      messages.sendInteractiveProductList({
        phoneNumberId,
        to,
        header: { type: "text", text: "Ours" },
        bodyText: "All",
        catalogId: "7",
        sections: [{ title: "Fruit", productItems: [{ productRetailerId: "a" }] }],
      }),
    catalog_message: (to) =>
      messages.sendInteractiveCatalogMessage({
        phoneNumberId,
        to,
        bodyText: "All",
        parameters: { thumbnailProductRetailerId: "a" },
      }),
    location_request_message: (to) =>
      messages.sendInteractiveLocationRequest({
        phoneNumberId,
        to,
        bodyText: "Where?",
        parameters: { requestMessage: "Where?" },
      }),
  };
  const sendFile = {
    image: (to, image) => messages.sendImage({ phoneNumberId, to, image }),
    video: (to, video) => messages.sendVideo({ phoneNumberId, to, video }),
    audio: (to, audio) => messages.sendAudio({ phoneNumberId, to, audio }),
    document: (to, document) => messages.sendDocument({ phoneNumberId, to, document }),
    sticker: (to, sticker) => messages.sendSticker({ phoneNumberId, to, sticker }),
  };
  return {
    send: async (name, to) => (await sends[name](to)).messages[0].id,
    sendText: async (to, body) => (await messages.sendText({ phoneNumberId, to, body })).messages[0].id,
    sendTemplate: async (to, name) =>
      (await messages.sendTemplate({ phoneNumberId, to, template: { name, language: { code: "en_US" } } })).messages[0],
    sendFile: async (kind, to, source) => (await sendFile[kind](to, source)).messages[0].id,
    upload: async (kind, mime, base64) => {
      const file = new Blob([Buffer.from(base64, "base64")], { type: mime });
      return (await media.upload({ phoneNumberId, type: kind, file, fileName: "file" })).id;
    },
    find: (mediaId) => media.get({ mediaId, phoneNumberId }),
    download: async (mediaId) =>
      Buffer.from(await media.download({ mediaId, phoneNumberId, auth: "always" })).toString("base64"),
    remove: (mediaId) => media.delete({ mediaId, phoneNumberId }),
    markRead: (messageId) => messages.markRead({ phoneNumberId, messageId, typingIndicator: { type: "text" } }),
    react: async (to, messageId, emoji) =>
      (await messages.sendReaction({ phoneNumberId, to, reaction: { messageId, emoji } })).messages[0].id,
    parse: (rawBody) => normalizeWebhook(JSON.parse(rawBody)),
    isSigned: (rawBody, signatureHeader) => verifySignature({ appSecret: secret, rawBody, signatureHeader }),
    makeTemplate: (name) =>
      templates.create({
        businessAccountId: waba,
        name,
        language: "en_US",
        category: "UTILITY",
        components: [{ type: "BODY", text: "Your order is on its way." }],
      }),
    listTemplates: async (name) => (await templates.list({ businessAccountId: waba, name })).data,
    deleteTemplate: (name) => templates.delete({ businessAccountId: waba, name }),
  };
}
