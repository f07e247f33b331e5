// @great-detail/whatsapp: the heir of Meta's own, retired client.

import Client from "@great-detail/whatsapp";

export function steps({ baseUrl, number, token, secret, waba }) {
  const headers = { Authorization: `Bearer ${token}` };
  const sdk = new Client({ baseUrl, graphVersion: "v24.0", request: { headers, retry: 0 } });
  const phoneNumberID = number;
  const body = { text: "Which?" };
  const sends = {
    text: { type: "text", text: { body: "See https://example.com", preview_url: true } },
    location: { type: "location", location: { latitude: 52.5, longitude: 13.4 } },
    contacts: { type: "contacts", contacts: [{ name: { formatted_name: "Ada", first_name: "Ada" } }] },
    template: { type: "template", template: { name: "hello_world", language: { code: "en_US" } } },
    button: {
      type: "interactive",
      interactive: {
        type: "button",
        body,
        action: { buttons: [{ type: "reply", reply: { id: "1", title: "One" } }] },
      },
    },
    list: {
      type: "interactive",
      interactive: {
        type: "list",
        body,
        action: { button: "Pick", sections: [{ title: "Fruit", rows: [{ id: "a", title: "Apple" }] }] },
      },
    },
    cta_url: {
      type: "interactive",
      interactive: {
        type: "cta_url",
        body,
        action: { name: "cta_url", parameters: { display_text: "Open", url: "https://example.com" } },
      },
    },
  };

  // Its errors are those of its HTTP client; the answer is in them.
  const asked = async (answer) => {
    try {
      return await (await answer).json();
    } catch (error) {
      const told = error.data?.error ?? (await error.response?.json?.())?.error;
      throw Object.assign(error, { code: told?.code, httpStatus: error.response?.status });
    }
  };
  const send = async (to, message) =>
    (await asked(sdk.message.createMessage({ phoneNumberID, to, ...message }))).messages[0].id;
  return {
    send: (name, to) => send(to, sends[name]),
    sendText: (to, text) => send(to, { type: "text", text: { body: text } }),
    sendTemplate: (to, name) => send(to, { type: "template", template: { name, language: { code: "en_US" } } }),
    sendFile: (kind, to, source) => send(to, { type: kind, [kind]: source }),
    upload: async (_, mimeType, base64) => {
      const file = new Blob([Buffer.from(base64, "base64")], { type: mimeType });
      return (await asked(sdk.media.upload({ phoneNumberID, mimeType, file, filename: "file" }))).id;
    },
    find: (mediaID) => asked(sdk.media.getURL({ mediaID, phoneNumberID })),
    // It always names Meta's own host for files, wherever the link leads.
    download: async (mediaID) => {
      const { url } = await asked(sdk.media.getURL({ mediaID }));
      const answer = await sdk.media.download({ mediaURL: url, request: { headers } });
      return Buffer.from(await answer.arrayBuffer()).toString("base64");
    },
    remove: (mediaID) => asked(sdk.media.delete({ mediaID, phoneNumberID })),
    markRead: (message_id) =>
      asked(
        sdk.message.createStatus({ phoneNumberID, message_id, status: "read", typing_indicator: { type: "text" } }),
      ),
    react: (to, message_id, emoji) => send(to, { type: "reaction", reaction: { message_id, emoji } }),
    parse: async (rawBody, signature) => {
      const event = await sdk.webhook.eventNotification({
        method: "POST",
        query: {},
        body: rawBody,
        headers: { "x-hub-signature-256": signature },
      });
      await event.verifySignature(secret);
      return event.eventNotification.entry[0].changes[0].value;
    },
    handshake: async (query) => (await sdk.webhook.register({ method: "GET", query, headers: {} })).accept(),
    makeTemplate: (name) =>
      asked(
        sdk.template.create(waba, {
          name,
          language: "en_US",
          category: "UTILITY",
          components: [{ type: "BODY", text: "Your order is on its way." }],
        }),
      ),
    listTemplates: async () =>
      (await asked(sdk.template.list(waba, { fields: ["id", "name", "status", "quality_score"], limit: 50 }))).data,
    deleteTemplate: (name) => asked(sdk.template.delete(waba, { name })),
    profile: async () =>
      (await asked(sdk.businessProfile.getBusinessProfile({ phoneNumberID, fields: ["about", "vertical"] }))).data,
    setProfile: (profile) => asked(sdk.businessProfile.updateBusinessProfile({ phoneNumberID, ...profile })),
  };
}
