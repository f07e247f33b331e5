// whatsapp-api-js: its host is fixed, and the `fetch` that it may be given is where it can be changed.

import { WhatsAppAPI } from "whatsapp-api-js";
import * as m from "whatsapp-api-js/messages";

export function steps({ baseUrl, number, token, secret }) {
  const told = [];
  const api = new WhatsAppAPI({
    token,
    appSecret: secret,
    webhookVerifyToken: "told",
    v: "v24.0",
    ponyfill: { fetch: (url, init) => fetch(String(url).replace("https://graph.facebook.com", baseUrl), init) },
  });
  api.on.message = ({ from, name, message }) => told.push({ from, name, message });
  api.on.status = ({ id, status, phone, pricing, error, biz_opaque_callback_data: tracker }) =>
    told.push({ id, status, phone, pricing, error, tracker });
  const text = new m.Body("Which?");
  const row = new m.Row("a", "Apple", "Red");
  const product = new m.Product("a");
  const sends = {
    text: () => new m.Text("See https://example.com", true),
    location: () => new m.Location(13.4, 52.5, "Berlin", "Mitte"),
    contacts: () => new m.Contacts([new m.Name("Ada Byron", "Ada"), new m.Phone("+4930123", "WORK")]),
    template: () =>
      new m.Template(
        "parcel_update",
        new m.Language("en_US"),
        new m.BodyComponent(...["a", "b", "c"].map((each) => new m.BodyParameter(each))),
      ),
    button: () => new m.Interactive(new m.ActionButtons(new m.Button("1", "One")), text, new m.Header("Choose")),
    list: () => new m.Interactive(new m.ActionList("Pick", new m.ListSection("Fruit", row)), text),
    cta_url: () => new m.Interactive(new m.ActionCTA("Open", "https://example.com"), text),
    flow: () => new m.Interactive(new m.ActionNavigateFlow("token", "7", "Open", "START"), text),
    product: () => new m.Interactive(new m.ActionProduct(new m.CatalogProduct("a", "7")), text),
    product_list: () =>
      new m.Interactive(
        new m.ActionProductList("7", new m.ProductSection("Fruit", product)),
        text,
        new m.Header("Ours"),
      ),
    catalog_message: () => new m.Interactive(new m.ActionCatalog(product), text),
    location_request_message: () => new m.Interactive(new m.ActionLocation(), text),
    call_permission_request: () => new m.Interactive(new m.ActionCallPermission(), text),
    request_contact_info: () => new m.Interactive(new m.ActionContactRequest(), text),
  };
  const files = { image: m.Image, video: m.Video, audio: m.Audio, document: m.Document, sticker: m.Sticker };

  // The library does not throw what the server refuses: it returns it.
  const send = async (to, message, ...more) => {
    const answer = await api.sendMessage(number, { phone: to }, message, ...more);
    if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.messages[0].id;
  };
  return {
    send: (name, to) => send(to, sends[name]()),
    sendText: (to, body) => send(to, new m.Text(body)),
    sendTracked: (to, tracker) => send(to, new m.Text("Hi"), undefined, tracker),
    sendTemplate: (to, name) => send(to, new m.Template(name, new m.Language("en_US"))),
    sendFile: (kind, to, { id, link }) => send(to, new files[kind](id ?? link, id !== undefined)),
    upload: async (_, mime, base64) => {
      const form = new FormData();
      form.set("file", new Blob([Buffer.from(base64, "base64")], { type: mime }), "file");
      const answer = await api.uploadMedia(number, form);
      if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
      return answer.id;
    },
    find: (id) => api.retrieveMedia(id, number),
    download: async (id) => {
      const { url } = await api.retrieveMedia(id);
      return Buffer.from(await (await api.fetchMedia(url)).arrayBuffer()).toString("base64");
    },
    remove: (id) => api.deleteMedia(id, number),
    markRead: (id) => api.markAsRead(number, id, "text"),
    react: (to, id, emoji) => send(to, new m.Reaction(id, emoji)),
    // The body is checked against its signature, parsed, and given to the handlers above.
    parse: async (rawBody, signature) => {
      await api.post(JSON.parse(rawBody), rawBody, signature);
      return told.at(-1);
    },
    handshake: (query) => api.get(query),
    block: (phone, bsuid) => api.blockUser(number, { phone, bsuid }),
    unblock: (phone) => api.unblockUser(number, { phone }),
  };
}
