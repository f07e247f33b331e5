import assert from "node:assert/strict";
import { test } from "node:test";
import type { SettingView } from "../../api/types.ts";
import { variablesOf, wantedOf } from "./shown.ts";

const setting = (name: string, value: string | null, source: SettingView["source"] = "default"): SettingView => ({
  name,
  value,
  source,
  help: `About ${name}.`,
  default: "none",
  option: `--${name.replace(/_/g, "-")}`,
  variable: `WAYPOST_${name.toUpperCase()}`,
});
const PORT = setting("port", "8360");
const DATA = setting("data", "/my data/it's", "flag");
const ALLOW = setting("fetch_allow", "10.0.0.0/8 127.0.0.0/8", "environment");
const TOKEN = setting("admin_token", "***", "file");
const ALL = [PORT, DATA, ALLOW, TOKEN];

test("settings are found by any of their names, and by what was given", () => {
  assert.deepEqual(wantedOf(ALL, { text: "--fetch", given: false }), [ALLOW]);
  assert.deepEqual(wantedOf(ALL, { text: "about WAYPOST_PORT", given: false }), [PORT]);
  assert.deepEqual(wantedOf(ALL, { text: "", given: true }), [DATA, ALLOW, TOKEN]);
});

test("what was given can be given again in a shell", () => {
  assert.equal(
    variablesOf(ALL),
    "export WAYPOST_DATA='/my data/it'\\''s'\nexport WAYPOST_FETCH_ALLOW=10.0.0.0/8,127.0.0.0/8\nexport WAYPOST_ADMIN_TOKEN='***'",
  );
});
