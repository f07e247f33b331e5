// What became of a message, as lines of a test that expects it.

import { isOffline } from "./arrange.ts";
import { quoted } from "./python.ts";
import { type Coded, elements, type Members, members, word } from "./told.ts";

const TOLD = new Set(["sent", "delivered", "read", "failed"]);

/** The lines after the message was sent, for one that went out. */
export function outcomeOf(message: Coded): readonly string[] {
  const status = message.status === "played" ? "read" : message.status;
  if (status === null || !TOLD.has(status)) return [reached(message)];
  // The kit's number is told in the Cloud's dialect, so that an id of On-Premises is not in it.
  const of = message.exchange?.path.startsWith("/v1/") ? "" : ", of=message_id";
  const code = message.fault ? `, code=${message.fault.code}` : "";
  const told = `waypost.webhooks.expect_status(${quoted(status)}${of}${code})`;
  const nothing = status === "failed" || isOffline(message);
  return nothing ? [told, "user.expect_no_message()"] : [reached(message), told];
}

function reached(message: Coded): string {
  const content = members(members(message.body)[message.type]);
  const caption = word(content["caption"]);
  switch (message.type) {
    case "text":
      return call("text", word(content["body"]));
    case "image":
    case "video":
      return call(message.type, caption);
    case "audio":
      return call("audio");
    case "sticker":
      return call("sticker");
    case "document":
      return document(word(content["filename"]), caption);
    case "location":
      return call("location", word(content["name"]));
    case "contacts":
      return call("contacts", ...elements(members(message.body)["contacts"]).map(nameOf));
    case "template":
      return call("template", word(content["name"]));
    case "reaction":
      return call("reaction", word(content["emoji"]));
    case "interactive":
      return interactive(content);
    default:
      return call("message", message.type);
  }
}

function interactive(content: Members): string {
  const text = word(members(content["body"])["text"]);
  const action = members(content["action"]);
  if (content["type"] === "button") {
    const titles = elements(action["buttons"]).map((button) => word(members(members(button)["reply"])["title"]));
    return call("buttons", text, ...titles);
  }
  if (content["type"] === "list") {
    const rows = elements(action["sections"]).flatMap((section) => elements(members(section)["rows"]));
    return call("list", text, ...rows.map((row) => word(members(row)["title"])));
  }
  return call("message", word(content["type"]) ?? "interactive");
}

function document(filename: string | undefined, caption: string | undefined): string {
  if (!caption) return call("document", filename);
  return `user.expect_document(${quoted(filename ?? "")}, caption=${quoted(caption)})`;
}

function nameOf(card: unknown): string | undefined {
  return word(members(members(card)["name"])["formatted_name"]);
}

function call(what: string, ...words: readonly (string | undefined)[]): string {
  const given = words.filter((each) => each !== undefined).map(quoted);
  return `user.expect_${what}(${given.join(", ")})`;
}
