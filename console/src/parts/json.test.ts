import assert from "node:assert/strict";
import { test } from "node:test";
import { hexLines, indented, pieces } from "./json.ts";

test("JSON is spaced anew and its values stay as they were written", () => {
  const text = '{"id":12345678901234567890,"a":[1,{"b":"\\u00e9, [x]: {y}"}],"e":{},"n":1.0}';

  assert.equal(
    indented(text),
    '{\n  "id": 12345678901234567890,\n  "a": [\n    1,\n    {\n      "b": "\\u00e9, [x]: {y}"\n    }\n  ],\n  "e": {},\n  "n": 1.0\n}',
  );
});

test("what is not JSON is left alone", () => {
  assert.equal(indented('{"a": '), null);
});

test("the pieces of a text are the text", () => {
  const text = indented('{"a":[true,null,-1.5e3,"x\\"y"],"b c":false}') ?? "";

  assert.equal(pieces(text).map((piece) => piece.text).join(""), text);
  assert.deepEqual(
    pieces(text).filter((piece) => piece.kind !== "sign").map((piece) => piece.kind),
    ["key", "word", "word", "number", "text", "key", "word"],
  );
});

test("bytes are shown sixteen a line", () => {
  assert.equal(hexLines(new TextEncoder().encode("Hello\n")), "000000  48 65 6c 6c 6f 0a                                Hello.");
});
