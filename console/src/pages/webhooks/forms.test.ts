import assert from "node:assert/strict";
import { test } from "node:test";
import { headersOf, urlError } from "./forms.ts";

test("headers are read line by line, and a value may have colons", () => {
  assert.deepEqual(headersOf("Authorization: Bearer a:b\n\n X-Key :  k \n"), { Authorization: "Bearer a:b", "X-Key": "k" });
  assert.deepEqual(headersOf(""), {});
});

test("what is no header is named", () => {
  assert.equal(headersOf("X-Key k"), '"X-Key k" is not of the form "Name: value".');
  assert.equal(headersOf("X Key: k"), '"X Key: k" is not of the form "Name: value".');
});

test("an address is whole, and of the web", () => {
  assert.equal(urlError("http://127.0.0.1:8000/webhook"), null);
  assert.ok(urlError("127.0.0.1/webhook"));
  assert.ok(urlError("ftp://127.0.0.1"));
});
