import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnOf, messageOf, slotsOf, type Values } from "./definition.ts";
import { BLANK, BLANK_CARD, componentsOf, draftOf, placeOf, withButtons } from "./draft.ts";

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

  const made = (values: Values) => messageOf("code", "en_US", parts, values, false)["components"];

  for (const [code, values] of [
    ["987654", { "body.1": "987654" }],
    ["123456", {}],
  ] as const)
    assert.deepEqual(made(values), [
      { type: "body", parameters: [{ type: "text", text: code }] },
      { type: "button", index: "0", sub_type: "url", parameters: [{ type: "text", text: code }] },
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

test("a message says which product is in the header, and which ones a button shows", () => {
  const shown = { type: "HEADER", format: "PRODUCT" };
  const several = { type: "BUTTONS", buttons: [{ type: "MPM", text: "View items" }] };

  const made = messageOf("sale", "en", [shown, several], { header: "77, bike-1", "button.0": "bike-1, bike-2" }, false);

  assert.deepEqual(made["components"], [
    { type: "header", parameters: [{ type: "product", product: { product_retailer_id: "bike-1", catalog_id: "77" } }] },
    {
      type: "button",
      index: "0",
      sub_type: "mpm",
      parameters: [
        {
          type: "action",
          action: {
            thumbnail_product_retailer_id: "bike-1",
            sections: [
              {
                title: "Products",
                product_items: [{ product_retailer_id: "bike-1" }, { product_retailer_id: "bike-2" }],
              },
            ],
          },
        },
      ],
    },
  ]);
});

test("a button that shows a product is sent without parameters", () => {
  const made = messageOf("one", "en", [{ type: "BUTTONS", buttons: [{ type: "SPM", text: "View" }] }], {}, false);

  assert.equal(made["components"], undefined);
});

test("a button that shows a product brings its header along, but takes none away", () => {
  const view = { type: "SPM", text: "View", target: "", example: "" };

  assert.deepEqual(withButtons(BLANK, [view]), { buttons: [view], header: "PRODUCT" });
  assert.deepEqual(withButtons({ ...BLANK, header: "TEXT" }, [view]), { buttons: [view] });
  assert.deepEqual(withButtons({ ...BLANK, buttons: [view] }, [view]), { buttons: [view] });
});

for (const otp of [
  { type: "OTP", otp_type: "COPY_CODE", text: "Copy it" },
  {
    type: "OTP",
    otp_type: "ONE_TAP",
    text: "Copy it",
    autofill_text: "Fill in",
    supported_apps: [{ package_name: "a.b", signature_hash: "K8a/AINcGX7" }],
  },
  {
    type: "OTP",
    otp_type: "ZERO_TAP",
    zero_tap_terms_accepted: true,
    supported_apps: [
      { package_name: "a.b", signature_hash: "K8a/AINcGX7" },
      { package_name: "a.c", signature_hash: "K8a/AINcGX8" },
    ],
  },
]) {
  test(`a draft of a code by ${otp.otp_type} makes the same components again`, () => {
    const parts = [
      { type: "BODY", add_security_recommendation: true },
      { type: "FOOTER", code_expiration_minutes: 5 },
      { type: "BUTTONS", buttons: [otp] },
    ];
    const template = {
      name: "a",
      language: "en",
      category: "AUTHENTICATION",
      parameter_format: "POSITIONAL",
      components: parts,
    };

    assert.deepEqual(componentsOf(draftOf(template)), parts);
  });
}

test("an app that stands on the button itself is found", () => {
  const button = { type: "OTP", otp_type: "ONE_TAP", package_name: "a.b", signature_hash: "K8a/AINcGX7" };
  const template = {
    name: "a",
    language: "en",
    category: "AUTHENTICATION",
    parameter_format: "POSITIONAL",
    components: [{ type: "BODY" }, { type: "BUTTONS", buttons: [button] }],
  };

  assert.deepEqual(draftOf(template).autofill.apps, [{ name: "a.b", hash: "K8a/AINcGX7" }]);
});

test("a code for an app is drawn as the app's users see it", () => {
  const drawn = (button: object) => drawnOf([{ type: "BODY" }, { type: "BUTTONS", buttons: [{ type: "OTP", ...button }] }], {});

  assert.equal(drawn({ otp_type: "ONE_TAP", autofill_text: "Fill in" }).buttons[0]?.text, "Fill in");
  assert.equal(drawn({ otp_type: "ONE_TAP", text: "Copy it" }).buttons[0]?.text, "Autofill");
  assert.equal(drawn({ otp_type: "ZERO_TAP", text: "Copy it" }).buttons[0]?.text, "Copy it");
  assert.match(drawn({ otp_type: "ZERO_TAP" }).note, /without a tap/);
  assert.equal(drawn({ otp_type: "COPY_CODE" }).note, "");
});
