import assert from "node:assert/strict";
import { test } from "node:test";
import { found, named, spans } from "./found.ts";

const WINDOW = {
  name: "window_closed",
  code: 131047,
  title: "Re-engagement message",
  onprem_code: 470,
  onprem_answer_code: 470,
  onprem_title: "Message failed to send because more than 24 hours have passed",
  meaning: "The user has not written for a day.",
  fix: "Send a template.",
};
const GONE = { ...WINDOW, name: "undeliverable", code: 131026, title: "Message undeliverable", meaning: "Not on WhatsApp." };
const GENERAL = { ...WINDOW, name: "general", code: 470, onprem_code: 1000, onprem_answer_code: 1000, title: "General" };
const ALL = [WINDOW, GONE, GENERAL];

test("digits find the codes that begin so, in both dialects", () => {
  assert.deepEqual(found(ALL, "131047"), [WINDOW]);
  assert.deepEqual(found(ALL, "1310"), [WINDOW, GONE]);
  assert.deepEqual(found(ALL, "470"), ALL);
});

test("words find names and texts, and each must fit", () => {
  assert.deepEqual(found(ALL, "Window closed"), [WINDOW]);
  assert.deepEqual(found(ALL, "whatsapp undeliverable"), [GONE]);
  assert.deepEqual(found(ALL, "whatsapp window_closed"), []);
  assert.deepEqual(found(ALL, " "), ALL);
});

test("an error is named by its name, and by a code of the Cloud before one of On-Premises", () => {
  assert.equal(named(ALL, "undeliverable"), GONE);
  assert.equal(named(ALL, "470"), GENERAL);
  assert.equal(named(ALL, "1000"), GENERAL);
  assert.equal(named(ALL, "nothing"), undefined);
});

test("what stands between backticks is code", () => {
  assert.deepEqual(spans("Send `{` as the body."), [
    { code: false, text: "Send " },
    { code: true, text: "{" },
    { code: false, text: " as the body." },
  ]);
});
