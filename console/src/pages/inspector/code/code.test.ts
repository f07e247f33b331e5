import assert from "node:assert/strict";
import { test } from "node:test";
import type { FindingView, TemplateView } from "../../../api/types.ts";
import { curlOf, pythonOf } from "./programs.ts";
import { pytestOf } from "./pytest.ts";
import { literal, quoted } from "./python.ts";
import type { Coded } from "./told.ts";

const AT = "2027-01-31T12:00:00Z";
const HERE = "http://127.0.0.1:8360";

function sent(type: string, content: unknown, more: Partial<Coded> = {}): Coded {
  const body = { messaging_product: "whatsapp", to: "15550001111", type, [type]: content };
  const answer = { status: 200, headers: {}, body: { text: "{}", encoding: "utf-8" } } as const;
  const exchange = { method: "POST", path: "/v24.0/15550100900/messages", headers: {}, answer, assumed: [] };
  return {
    direction: "outbound",
    phone_number_id: "15550100900",
    wa_id: "15550001111",
    type,
    status: "read",
    fault: null,
    media: null,
    more_media: [],
    body,
    exchange: { ...exchange, body: { text: JSON.stringify(body), encoding: "utf-8" } },
    findings: [],
    why: null,
    deliveries: [],
    ...more,
  };
}

function received(type: string, content: unknown): Coded {
  return { ...sent(type, content), direction: "inbound", exchange: null, status: null, body: { [type]: content } };
}

function failed(name: string, code: number, finding: Partial<FindingView>): Partial<Coded> {
  const view = { sentence: finding.sentence ?? "", fix: "", code, onprem_code: 470, name, page: null };
  const found: FindingView = { at: AT, subject: "rule", verdict: "failed", sentence: "", facts: {}, hops: [], recorded: true, ...finding };
  return {
    status: "failed",
    fault: { name, code, onprem_code: 470, title: "", details: "", fix: "" },
    why: view,
    findings: [found],
  };
}

function linesOf(code: string): readonly string[] {
  return code.split("\n").map((line) => line.trim());
}

function jpeg(filename: string | null) {
  const file = { id: "7", onprem_id: "u", mime_type: "image/jpeg", sha256: "", size: 1, filename, url: "/_waypost/v1/media/7" };
  return { ...file, animated: false };
}

test("a text that was read is a test that the phone got it", () => {
  assert.equal(
    pytestOf(sent("text", { body: "Hello" }), null),
    `import requests


def test_a_text_reaches_the_phone(waypost):
    user = waypost.phone("15550001111")
    user.says("Hello")

    message_id = send(waypost, {
        "messaging_product": "whatsapp",
        "to": "15550001111",
        "type": "text",
        "text": {"body": "Hello"},
    })

    user.expect_text("Hello")
    waypost.webhooks.expect_status("read", of=message_id)


def send(waypost, body):
    """Stands for your program: let that send the message instead."""
    url = f"{waypost.base_url}/v24.0/{waypost.phone_number_id}/messages"
    headers = {"Authorization": f"Bearer {waypost.token}"}
    answer = requests.post(url, json=body, headers=headers, timeout=10)
    answer.raise_for_status()
    return answer.json()["messages"][0]["id"]
`,
  );
});

test("a closed window is closed by the clock", () => {
  const facts = { last_inbound: AT, age_seconds: 90_180 };
  const code = pytestOf(sent("text", { body: "Hi" }, failed("window_closed", 131047, { subject: "window", facts })), null);

  assert.match(code, /def test_a_text_fails_with_131047/);
  assert.match(code, /user\.says\("Hello"\)\n {4}waypost\.clock\.advance\(seconds=90180\)\n/);
  assert.match(code, /expect_status\("failed", of=message_id, code=131047\)\n {4}user\.expect_no_message\(\)/);
});

test("a user who has never written writes in no test", () => {
  const never = failed("window_closed", 131047, { subject: "window", facts: { last_inbound: null } });

  assert.doesNotMatch(pytestOf(sent("text", { body: "Hi" }, never), null), /says|advance/);
});

for (const [facts, line] of [
  [{ blocked: true, on_whatsapp: true }, "user.blocks()"],
  [{ blocked: false, on_whatsapp: false }, "user.changes(on_whatsapp=False)"],
] as const) {
  test(`a phone that takes no message is made so: ${line}`, () => {
    const code = pytestOf(sent("text", { body: "Hi" }, failed("undeliverable", 131026, { subject: "recipient", facts })), null);

    assert.ok(linesOf(code).includes(line));
  });
}

test("a fault rule is ordered again", () => {
  const code = pytestOf(sent("text", { body: "Hi" }, failed("experiment", 130472, { facts: { fault_rule: 1 } })), null);

  assert.ok(linesOf(code).includes('waypost.rules.fail("experiment", times=1)'));
});

test("a bad link leads nowhere in the test, and a comment, which the reason cannot end, says why", () => {
  const dead = failed("media_failed", 131053, { subject: "link", sentence: "It answered\nimport os" });
  const lines = linesOf(pytestOf(sent("image", { link: "https://cdn/a.jpg" }, dead), null));

  assert.ok(lines.includes("# It answered import os"));
  assert.ok(lines.includes('"image": {"link": "https://invalid/file"},'));
});

test("what no state of the test brings about is ordered by a rule", () => {
  const limit = failed("messaging_limit", 131048, { subject: "limits", sentence: "It was the 251st user." });
  const lines = linesOf(pytestOf(sent("text", { body: "Hi" }, limit), null));

  assert.ok(lines.includes("# It was the 251st user."));
  assert.ok(lines.includes('waypost.rules.fail("messaging_limit", times=1)'));
});

test("a file that was sent is uploaded by the test", () => {
  const code = pytestOf(sent("image", { link: "https://cdn/a.jpg", caption: "Bike" }, { media: jpeg("a.jpg") }), null);

  assert.ok(linesOf(code).includes('media_id = upload(waypost, Path(__file__).with_name("a.jpg"), "image/jpeg")'));
  assert.ok(linesOf(code).includes('"image": {"id": media_id, "caption": "Bike"},'));
  assert.ok(linesOf(code).includes('user.expect_image("Bike")'));
});

test("buttons and lists are expected with their titles", () => {
  const buttons = { type: "button", body: { text: "Which?" }, action: { buttons: [{ type: "reply", reply: { id: "b", title: "Blue" } }] } };
  const list = { type: "list", body: { text: "Which?" }, action: { sections: [{ rows: [{ id: "1", title: "City" }] }] } };

  assert.ok(linesOf(pytestOf(sent("interactive", buttons), null)).includes('user.expect_buttons("Which?", "Blue")'));
  assert.ok(linesOf(pytestOf(sent("interactive", list), null)).includes('user.expect_list("Which?", "City")'));
});

test("a template of one's own is made first", () => {
  const components = [
    { type: "BODY", text: "Hello {{1}}" },
    { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Thanks" }] },
  ];
  const template = { name: "order_ready", language: "en_US", category: "UTILITY", components } as unknown as TemplateView;
  const code = pytestOf(sent("template", { name: "order_ready", language: { code: "en_US" } }), template);

  assert.match(code, /waypost\.template\(\n {8}"order_ready",\n {8}"Hello \{\{1\}\}",\n {8}buttons=\["Thanks"\],/);
  assert.ok(linesOf(code).includes('user.expect_template("order_ready")'));
});

test("a receiver that failed at first fails in the test", () => {
  const attempt = { number: 1, at: AT, elapsed_ms: 1, status: 500, answer: { text: "", encoding: "utf-8" as const } };
  const ids = { id: "evt_1", event_id: "evt_1", message_id: "m", phone_number_id: "1", wa_id: null, kind: "status", status: "sent" };
  const delivery = { ...ids, state: "done", at: AT, due: null, endpoint: null, url: null, attempts: [attempt], why: null };

  assert.match(pytestOf(sent("text", { body: "Hi" }, { deliveries: [delivery] }), null), /waypost\.webhooks\.answer\(500\)/);
});

test("what a user wrote is written by the phone, and told to the webhook", () => {
  assert.equal(
    pytestOf(received("text", { body: "Is it ready?" }), null),
    `def test_the_webhook_is_told_of_a_text(waypost):
    user = waypost.phone("15550001111")

    user.says("Is it ready?")

    waypost.webhooks.expect_message("Is it ready?", type="text")
    # With your program as the webhook, expect its answer: user.expect_text("...")
`,
  );
});

test("whatever the kit has no word for is written as it was", () => {
  const code = pytestOf(received("location", { latitude: 52.5, longitude: 13.4 }), null);

  assert.ok(linesOf(code).includes('user.writes({"type": "location", "location": {"latitude": 52.5, "longitude": 13.4}})'));
});

test("a command quotes what a shell would read", () => {
  assert.equal(
    curlOf(sent("text", { body: "It's $HOME" }), HERE),
    `curl http://127.0.0.1:8360/v24.0/15550100900/messages \\
  -H "Authorization: Bearer $WHATSAPP_ACCESS_TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"messaging_product":"whatsapp","to":"15550001111","type":"text","text":{"body":"It'\\''s $HOME"}}'`,
  );
});

test("what a user wrote is written again over the control API", () => {
  assert.match(curlOf(received("text", { body: "Hi" }), HERE), /\/_waypost\/v1\/phones\/15550001111\/messages/);
  assert.match(pythonOf(received("text", { body: "Hi" }), HERE), /body = {"type": "text", "text": {"body": "Hi"}}/);
});

test("values are written as Python reads them", () => {
  assert.equal(literal({ a: [true, false, null, 1.5] }), '{"a": [True, False, None, 1.5]}');
  assert.equal(quoted('"\\\n\u202e'), '"\\"\\\\\\n\\u202e"');
  assert.equal(quoted("👋 ü"), '"👋 ü"');
  assert.equal(quoted("\ud800"), '"\\ud800"');
});
