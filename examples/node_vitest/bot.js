// A bot on Node's own http: it repeats what it is told, and offers to stop.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

export function createBot(env) {
  return createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (!isSigned(body, request.headers["x-hub-signature-256"] ?? "", env.WHATSAPP_APP_SECRET)) {
      return response.writeHead(401).end();
    }
    for (const entry of JSON.parse(body).entry) {
      for (const { value } of entry.changes) {
        for (const message of value.messages ?? []) await answer(env, message);
      }
    }
    response.writeHead(200).end();
  });
}

function isSigned(body, header, secret) {
  const expected = Buffer.from("sha256=" + createHmac("sha256", secret).update(body).digest("hex"));
  const given = Buffer.from(header);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function answer(env, message) {
  if (message.interactive?.button_reply?.id === "stop") {
    return send(env, message.from, "text", { body: "I am silent." });
  }
  const buttons = [{ type: "reply", reply: { id: "stop", title: "Stop" } }];
  const text = `You said: ${message.text?.body ?? message.type}`;
  return send(env, message.from, "interactive", { type: "button", body: { text }, action: { buttons } });
}

async function send(env, to, type, content) {
  const answered = await fetch(`${env.WHATSAPP_BASE_URL}/v24.0/${env.WHATSAPP_PHONE_NUMBER_ID}/messages`, {
    method: "POST",
    headers: { Authorization: `Bearer ${env.WHATSAPP_ACCESS_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify({ messaging_product: "whatsapp", to, type, [type]: content }),
  });
  if (!answered.ok) throw new Error(`the platform answered ${answered.status}: ${await answered.text()}`);
}
