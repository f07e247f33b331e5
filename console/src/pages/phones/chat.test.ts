import assert from "node:assert/strict";
import { test } from "node:test";
import { chatOf } from "./chat.ts";

const sent = (id: string, at: string, more = {}) => ({
  id,
  onprem_id: id,
  phone_number_id: "1",
  type: "text",
  at,
  status: "read",
  body: id,
  content: { body: id },
  context_id: null,
  media: null,
  more_media: [],
  template: null,
  ...more,
});
const wrote = (id: string, at: string, more = {}) => ({
  id,
  onprem_id: id,
  phone_number_id: "1",
  type: "text",
  at,
  read: false,
  body: id,
  content: { body: id },
  context_id: null,
  media: null,
  ...more,
});
const chat = (messages: unknown[], written: unknown[], number: string | null = null) =>
  chatOf({ messages, written, typing: [] } as never, number);

test("both sides stand in the order of their time", () => {
  assert.deepEqual(
    chat([sent("b", "2")], [wrote("a", "1"), wrote("c", "3")]).map((each) => each.id),
    ["a", "b", "c"],
  );
});

test("a reaction stands on its message and goes when it is taken back", () => {
  const react = (at: string, emoji: string) =>
    wrote(`r${at}`, at, { type: "reaction", content: { message_id: "a", emoji } });
  assert.deepEqual(chat([sent("a", "1")], [react("2", "👍")])[0]?.reactions, [{ emoji: "👍", mine: true }]);
  assert.deepEqual(chat([sent("a", "1")], [react("2", "👍"), react("3", "")])[0]?.reactions, []);
});

test("a tapped button is the answer of the message it belongs to", () => {
  const tap = {
    type: "interactive",
    context_id: "a",
    content: { type: "button_reply", button_reply: { id: "y", title: "Yes" } },
  };
  const [asked, answer] = chat([sent("a", "1")], [wrote("b", "2", tap)]);
  assert.equal(asked?.answer, "Yes");
  assert.equal(answer?.body, "Yes");
});

test("an edit and a deletion change the message and are none themselves", () => {
  const edit = {
    type: "edit",
    content: { original_message_id: "a", message: { type: "text", text: { body: "better" } } },
  };
  const revoke = { type: "revoke", content: { original_message_id: "b" } };
  const shown = chat([], [wrote("a", "1"), wrote("b", "2"), wrote("c", "3", edit), wrote("d", "4", revoke)]);
  assert.deepEqual(
    shown.map((each) => [each.id, each.body, each.edited, each.deleted]),
    [
      ["a", "better", true, false],
      ["b", "b", false, true],
    ],
  );
});

test("a card goes with the link that it belongs to", () => {
  const preview = { url: "https://shop/a", title: "A", description: null, image: null };
  const edit = (id: string, at: string, body: string) =>
    wrote(at, at, { type: "edit", content: { original_message_id: id, message: { type: "text", text: { body } } } });
  const shown = chat(
    [],
    [wrote("a", "1", { preview }), wrote("b", "2", { preview }), edit("a", "3", "Now https://shop/a"), edit("b", "4", "No link")],
  );
  assert.deepEqual(
    shown.map((each) => each.preview),
    [preview, null],
  );
});

test("only the chat of the chosen number is shown", () => {
  assert.deepEqual(
    chat([sent("a", "1"), sent("b", "2", { phone_number_id: "2" })], [], "2").map((each) => each.id),
    ["b"],
  );
});
