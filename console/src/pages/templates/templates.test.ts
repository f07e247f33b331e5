import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnOf, messageOf, slotsOf } from "./definition.ts";
import { BLANK, BLANK_CARD, componentsOf, draftOf, placeOf } from "./draft.ts";

const BODY = { type: "BODY", text: "Hi {{1}}, ticket {{2}} is ready.", example: { body_text: [["Jo", "8841"]] } };
const LINK = { type: "URL", text: "Track", url: "https://shop/{{1}}", example: ["https://shop/8841"] };
const PICTURE = { type: "HEADER", format: "IMAGE", example: { header_handle: ["4::x"] } };

test("a phone shows the examples, and what is given instead of them", () => {
  assert.equal(drawnOf([BODY], {}).body, "Hi Jo, ticket 8841 is ready.");
  assert.equal(drawnOf([BODY], { "body.1": "Ada" }).body, "Hi Ada, ticket 8841 is ready.");
});

test("named variables are shown by their examples, and one without keeps its name", () => {
  const body = {
    type: "BODY",
    text: "Hi {{name}}, {{when}}!",
    example: { body_text_named_params: [{ param_name: "name", example: "Jo" }] },
  };

  assert.equal(drawnOf([body], {}).body, "Hi Jo, {{when}}!");
});

test("a message fills in header, body and the end of a link", () => {
  const made = messageOf("ready", "en_US", [PICTURE, BODY, { type: "BUTTONS", buttons: [LINK] }], { header: "77" }, false);

  assert.deepEqual(made, {
    name: "ready",
    language: { code: "en_US" },
    components: [
      { type: "header", parameters: [{ type: "image", image: { id: "77" } }] },
      {
        type: "body",
        parameters: [
          { type: "text", text: "Jo" },
          { type: "text", text: "8841" },
        ],
      },
      { type: "button", index: "0", sub_type: "url", parameters: [{ type: "text", text: "8841" }] },
    ],
  });
});

test("a code stands in the text and on the button", () => {
  const parts = [
    { type: "BODY", text: "*{{1}}* is your verification code." },
    { type: "BUTTONS", buttons: [{ type: "OTP", text: "Copy code" }] },
  ];

  const made = messageOf("code", "en_US", parts, { "body.1": "123456" }, false);

  assert.deepEqual(made["components"], [
    { type: "body", parameters: [{ type: "text", text: "123456" }] },
    { type: "button", index: "0", sub_type: "url", parameters: [{ type: "text", text: "123456" }] },
  ]);
});

test("a carousel has the slots of each card, and a message fills each card", () => {
  const card = { components: [PICTURE, BODY, { type: "BUTTONS", buttons: [LINK] }] };
  const parts = [
    { type: "BODY", text: "Look" },
    { type: "CAROUSEL", cards: [card, card] },
  ];

  assert.deepEqual(
    slotsOf(parts)
      .map((slot) => slot.key)
      .filter((key) => key.startsWith("card.1")),
    ["card.1.header", "card.1.body.1", "card.1.body.2", "card.1.button.0"],
  );
  const made = messageOf("look", "en", parts, { "card.1.header": "https://x/a.png" }, false);
  const [carousel] = made["components"] as { cards: { card_index: number; components: unknown[] }[] }[];
  assert.deepEqual(carousel?.cards[1]?.components[0], {
    type: "header",
    parameters: [{ type: "image", image: { link: "https://x/a.png" } }],
  });
});

test("a draft of a template makes the same components again", () => {
  const reply = { type: "QUICK_REPLY", text: "Thanks" };
  const code = { type: "COPY_CODE", example: "SUMMER" };
  const parts = [PICTURE, BODY, { type: "FOOTER", text: "Bye" }, { type: "BUTTONS", buttons: [reply, LINK, code] }];
  const template = { name: "a", language: "en", category: "MARKETING", parameter_format: "POSITIONAL", components: parts };

  assert.deepEqual(componentsOf(draftOf(template)), parts);
});

test("a draft of cards makes a carousel", () => {
  const made = componentsOf({ ...BLANK, body: "Look", cards: [{ ...BLANK_CARD, body: "One" }] });

  assert.deepEqual(
    made.map((part) => part["type"]),
    ["BODY", "CAROUSEL"],
  );
});

test("what the server finds wrong is shown at its field", () => {
  assert.equal(placeOf("name: 'Bike' may have only lower-case letters, digits and underscores."), "name");
  assert.equal(placeOf("language is 'xx-1'; it must be a code"), "language");
  assert.equal(placeOf("buttons at index 0, URL: 'url' must begin with https://"), "buttons");
  assert.equal(placeOf("carousel, card 0: header: a card must have one."), "cards");
  assert.equal(placeOf("There is already en_US content for the template 'a'."), "name");
  assert.equal(placeOf("The account has 250 templates"), "form");
});
