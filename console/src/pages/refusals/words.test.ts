import assert from "node:assert/strict";
import { test } from "node:test";
import type { RefusalView } from "../../api/types.ts";
import { credentialOf, curlOf, recentOf, requestsWord, templateOf } from "./words.ts";

const AT = "2026-01-02T03:04:05Z";

function refusal(of: Partial<RefusalView> = {}): RefusalView {
  const why = {
    sentence: "It does not fit.",
    fix: "Fix it.",
    code: 132000,
    onprem_code: 2000,
    name: "mismatch",
    page: null,
  };
  return {
    id: "rfs_1",
    at: AT,
    first_at: AT,
    count: 1,
    face: "meta",
    method: "POST",
    path: "/v24.0/1/messages",
    phone_number_id: "1",
    status: 400,
    code: 132000,
    name: "mismatch",
    sentence: "It does not fit.",
    why,
    headers: { authorization: "Bearer <token>", "content-type": "application/json", "content-length": "2" },
    body: { text: "{}", encoding: "utf-8" },
    body_bytes: 2,
    body_note: null,
    answer: { status: 400, headers: {}, body: { text: "{}", encoding: "utf-8" } },
    ...of,
  };
}

test("the command has what was sent, and the key from the environment", () => {
  const body = { text: `{"body": "it's"}`, encoding: "utf-8" as const };
  assert.equal(
    curlOf(refusal({ body }), "http://127.0.0.1:8360"),
    `curl -X POST http://127.0.0.1:8360/v24.0/1/messages \\
  -H "Authorization: Bearer $WHATSAPP_ACCESS_TOKEN" \\
  -H 'content-type: application/json' \\
  --data-binary '{"body": "it'\\''s"}'`,
  );
});

test("what a stranger has put into a request stays one word of the shell", () => {
  const hostile = refusal({
    method: "GET",
    path: "/x?$(reboot)`id`",
    headers: { "content-type": "a'; reboot #" },
    body: null,
  });
  assert.equal(
    curlOf(hostile, "http://h"),
    "curl 'http://h/x?$(reboot)`id`' \\\n  -H 'content-type: a'\\''; reboot #'",
  );
});

test("a body that is not whole is said to be so", () => {
  assert.match(
    curlOf(refusal({ body_note: "Truncated: it has 9000 bytes." }), "http://h"),
    /^# Of its body: Truncated/,
  );
});

test("who called is named without the credential", () => {
  assert.equal(credentialOf(refusal()), "Authorization: Bearer <token>");
  assert.equal(credentialOf(refusal({ headers: { "d360-api-key": "<token>" } })), "D360-API-KEY: <token>");
  assert.equal(credentialOf(refusal({ headers: {} })), "none in its headers");
});

test("requests are counted, and only those of the last hour are recent", () => {
  const items = [refusal({ count: 3 }), refusal({ at: "2026-01-02T01:00:00Z" })];
  assert.deepEqual(
    [requestsWord(items, false), requestsWord(items, true), requestsWord([], false)],
    ["4 requests", "4+ requests", "0 requests"],
  );
  assert.equal(recentOf(items, Date.parse(AT)).length, 1);
});

test("the template of a request is known by its name, whatever else the body is", () => {
  const named = (text: string) => templateOf(refusal({ body: { text, encoding: "utf-8" } }));
  assert.equal(named('{"type": "template", "template": {"name": "parcel_update"}}'), "parcel_update");
  assert.deepEqual(["null", "{", '{"template": 1}', '{"template": {"name": {}}}'].map(named), ["", "", "", ""]);
});
