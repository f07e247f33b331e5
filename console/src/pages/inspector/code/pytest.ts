// A message as a test with the test kit: how things were, what was sent, and what became of it.

import type { TemplateView } from "../../../api/types.ts";
import { bodyOf, fileOf, receiverLines, situationOf } from "./arrange.ts";
import { outcomeOf } from "./expect.ts";
import { parsed } from "./programs.ts";
import { literal, quoted } from "./python.ts";
import { type Coded, members, word } from "./told.ts";

const FILES = new Set(["image", "video", "audio", "document", "sticker"]);
const AN = /^[aeiou]/;

/** The whole file; `template` is the definition of the one that was sent. */
export function pytestOf(message: Coded, template: TemplateView | null): string {
  return message.direction === "inbound" ? received(message) : sent(message, template);
}

function sent(message: Coded, template: TemplateView | null): string {
  const { exchange } = message;
  const given = exchange ? parsed(exchange.body.text) : null;
  if (!exchange || given === null) return "# The request of this message is not stored as text.";
  const { body, uploads } = bodyOf(message, given);
  const reached = message.status === "sent" ? "waits_for_the_phone" : "reaches_the_phone";
  const name = message.fault ? `fails_with_${message.fault.code}` : reached;
  const lines = [
    `user = waypost.phone(${quoted(message.wa_id)})`,
    ...situationOf(message, template),
    ...uploads,
    "",
    `message_id = send(waypost, ${literal(body, 4, 27)})`,
    "",
    ...outcomeOf(message),
  ];
  const parts = [
    imports(uploads.length > 0, true),
    testOf(`${named(message.type)}_${name}`, lines),
    sendFunction(exchange.path),
    ...(uploads.length > 0 ? [uploadFunction] : []),
  ];
  return parts.join("\n\n\n") + "\n";
}

function received(message: Coded): string {
  const { lines, withFile } = written(message);
  const text = message.type === "text" ? `${quoted(textOf(message))}, ` : "";
  const all = [
    `user = waypost.phone(${quoted(message.wa_id)})`,
    ...receiverLines(message),
    "",
    ...lines,
    "",
    `waypost.webhooks.expect_message(${text}type=${quoted(message.type)})`,
    '# With your program as the webhook, expect its answer: user.expect_text("...")',
  ];
  const test = testOf(`the_webhook_is_told_of_${named(message.type)}`, all);
  return `${withFile ? `${imports(true, false)}\n\n\n` : ""}${test}\n`;
}

/** What the user does, as the kit says it. */
function written(message: Coded): { readonly lines: readonly string[]; readonly withFile: boolean } {
  const body = members(message.body);
  const content = members(body[message.type]);
  if (message.type === "text") return { lines: [`user.says(${quoted(textOf(message))})`], withFile: false };
  if (FILES.has(message.type) && message.media) {
    const options = [
      `kind=${quoted(message.type)}`,
      ...(word(content["caption"]) ? [`caption=${quoted(word(content["caption"]) ?? "")}`] : []),
      ...(content["voice"] === true ? ["voice=True"] : []),
    ];
    return { lines: [SAVE_IT, `user.sends(${fileOf(message.media)}, ${options.join(", ")})`], withFile: true };
  }
  const plainly = [`user.writes(${literal({ type: message.type, ...body }, 4, 12)})`];
  return { lines: tapped(message.type, content) ?? plainly, withFile: false };
}

/** What is an answer to a message of the business needs that message first. */
function tapped(type: string, content: Readonly<Record<string, unknown>>): readonly string[] | null {
  const button = word(members(content["button_reply"])["title"]) ?? (type === "button" ? word(content["text"]) : undefined);
  if (button) return ["# First let your program send the message with the buttons.", `user.taps(${quoted(button)})`];
  const row = word(members(content["list_reply"])["title"]);
  if (row) return ["# First let your program send the list.", `user.picks(${quoted(row)})`];
  if (type !== "reaction") return null;
  const reacts = `user.reacts(${quoted(word(content["emoji"]) ?? "")})`;
  return ["# First let your program send a message: the newest is reacted to.", reacts];
}

function textOf(message: Coded): string {
  return word(members(members(message.body)["text"])["body"]) ?? "";
}

function named(type: string): string {
  const word = type.replace(/\W/g, "_");
  return `${AN.test(word) ? "an" : "a"}_${word}`;
}

function imports(files: boolean, requests: boolean): string {
  return [...(files ? ["from pathlib import Path"] : []), ...(requests ? ["import requests"] : [])].join("\n\n");
}

function testOf(name: string, lines: readonly string[]): string {
  const body = lines.map((line) => (line === "" ? "" : `    ${line}`));
  return [`def test_${name}(waypost):`, ...body].join("\n");
}

const SAVE_IT = "# Save the file from the inspector, beside this test.";

function sendFunction(path: string): string {
  const url = path.startsWith("/v1/") ? path : path.replace(/^\/(v[\d.]+)\/\d+\//, "/$1/{waypost.phone_number_id}/");
  return `def send(waypost, body):
    """Stands for your program: let that send the message instead."""
    url = f"{waypost.base_url}${url}"
    headers = {"Authorization": f"Bearer {waypost.token}"}
    answer = requests.post(url, json=body, headers=headers, timeout=10)
    answer.raise_for_status()
    return answer.json()["messages"][0]["id"]`;
}

const uploadFunction = `def upload(waypost, file, mime_type):
    """Upload a file that lies beside this test; save it from the inspector."""
    url = f"{waypost.base_url}/v24.0/{waypost.phone_number_id}/media"
    headers = {"Authorization": f"Bearer {waypost.token}"}
    form = {"messaging_product": "whatsapp", "type": mime_type}
    files = {"file": (file.name, file.read_bytes(), mime_type)}
    answer = requests.post(url, data=form, files=files, headers=headers, timeout=10)
    answer.raise_for_status()
    return answer.json()["id"]`;
