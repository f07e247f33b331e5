import assert from "node:assert/strict";
import { test } from "node:test";
import { href, match, placeOf } from "./router.ts";

test("a link leads to the place that it was made of", () => {
  const link = href("/messages", { text: "a&b #1?", status: "failed", type: undefined });

  assert.deepEqual(placeOf(link), { path: "/messages", query: { text: "a&b #1?", status: "failed" } });
});

test("a pattern gives the decoded parts of the paths that fit", () => {
  assert.deepEqual(match("/messages/:id", "/messages/wamid.A%3D%2F"), { id: "wamid.A=/" });
  assert.equal(match("/messages/:id", "/messages"), null);
  assert.equal(match("/messages/:id", "/phones/1"), null);
  assert.deepEqual(match("/messages", "/messages/"), {});
});

test("what is no place is the start", () => {
  assert.deepEqual(placeOf("#evil"), { path: "/", query: {} });
  assert.deepEqual(placeOf(""), { path: "/", query: {} });
});
