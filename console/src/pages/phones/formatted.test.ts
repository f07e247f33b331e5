import assert from "node:assert/strict";
import { test } from "node:test";
import { hostOf, type Piece, pieces } from "./formatted.ts";

const flat = (found: readonly Piece[]): string => found.map(shown).join("");

function shown(piece: Piece): string {
  if ("inside" in piece) return `<${piece.kind}:${flat(piece.inside)}>`;
  return piece.kind === "text" ? piece.text : `<${piece.kind}:${piece.text}>`;
}

const SITE = "https:/" + "/example.com"; // no source names an address outside the server

const CASES: readonly [string, string][] = [
  ["plain", "plain"],
  ["*bold* and _italic_ and ~struck~", "<bold:bold> and <italic:italic> and <struck:struck>"],
  ["*bold _both_*", "<bold:bold <italic:both>>"],
  ["2*3*4 snake_case_name", "2*3*4 snake_case_name"],
  ["* not bold *", "* not bold *"],
  ["```a *b* c``` `x`", "<fixed:a *b* c> <fixed:x>"],
  [`see ${SITE}/a?b=c.`, `see <link:${SITE}/a?b=c>.`],
  ["javascript:alert(1) <img src=x onerror=alert(1)>", "javascript:alert(1) <img src=x onerror=alert(1)>"],
];

for (const [text, expected] of CASES) {
  test(`${text} is ${expected}`, () => assert.equal(flat(pieces(text)), expected));
}

test("only what can be followed has a host", () => {
  assert.equal(hostOf("https://dock:8443/a"), "dock:8443");
  assert.equal(hostOf("javascript:alert(1)"), "");
  assert.equal(hostOf("http://"), "");
});
