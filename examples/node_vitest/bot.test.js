import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createBot } from "./bot.js";
import { startWaypost } from "./waypost.js";

let waypost;
let bot;

beforeAll(async () => {
  waypost = await startWaypost();
  bot = createBot(waypost.env).listen(0, "127.0.0.1");
  await once(bot, "listening");
}, 60_000);

beforeEach(async () => {
  await waypost.anew();
  await waypost.sendEventsTo(`http://127.0.0.1:${bot.address().port}/`);
});

afterAll(async () => {
  bot?.close();
  await waypost?.stop();
});

test("the bot repeats what a user says", async () => {
  const ann = waypost.phone("15551234567");

  await ann.says("Hello");

  const answer = await ann.gets((message) => message.type === "interactive");
  expect(answer.body).toBe("You said: Hello");
});

test("a user who taps Stop is left alone", async () => {
  const ann = waypost.phone("15551234567");
  await ann.says("Hello");

  await ann.taps(await ann.gets((message) => message.type === "interactive"), "Stop");

  await ann.gets((message) => message.body === "I am silent.");
});

test("after a day the bot may not write any more", async () => {
  const ann = waypost.phone("15551234567");
  await ann.says("Hello");
  await ann.gets((message) => message.type === "interactive");
  await waypost.control("PUT", "/clock", { advance_seconds: 25 * 3600 });

  const url = `${waypost.env.WHATSAPP_BASE_URL}/v24.0/${waypost.env.WHATSAPP_PHONE_NUMBER_ID}/messages`;
  const headers = { Authorization: `Bearer ${waypost.env.WHATSAPP_ACCESS_TOKEN}`, "Content-Type": "application/json" };
  const message = { messaging_product: "whatsapp", to: "15551234567", type: "text", text: { body: "Still there?" } };
  const sent = await (await fetch(url, { method: "POST", headers, body: JSON.stringify(message) })).json();

  await expect.poll(async () => (await waypost.control("GET", `/messages/${sent.messages[0].id}`)).fault?.code).toBe(131047);
});
