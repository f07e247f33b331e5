// Which settings are shown, and how they are written down: plain functions, so that they can be tested.

import type { SettingView } from "../../api/types.ts";

/** These take several values: with commas between them in a variable. */
const SEVERAL = ["fetch_allow", "allowed_hosts"];
const PLAIN = /^[\w./:@%+,=-]+$/;

export interface Wanted {
  readonly text: string;
  /** Only what was given somewhere. */
  readonly given: boolean;
}

/** Return the settings that all words of a search fit. */
export function wantedOf(settings: readonly SettingView[], { text, given }: Wanted): readonly SettingView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return settings.filter((setting) => {
    const all = [setting.name, setting.option, setting.variable, setting.help, setting.value ?? ""].join(" ").toLowerCase();
    return (!given || setting.source !== "default") && words.every((word) => all.includes(word));
  });
}

/** Return what was given as lines of a shell, for a server that is to be the same; secrets stay stars. */
export function variablesOf(settings: readonly SettingView[]): string {
  return settings
    .filter(({ source, value }) => source !== "default" && value !== null)
    .map(({ name, variable, value }) => `export ${variable}=${quoted(valueIn(name, value ?? ""))}`)
    .join("\n");
}

function valueIn(name: string, value: string): string {
  return SEVERAL.includes(name) ? value.split(" ").join(",") : value;
}

function quoted(value: string): string {
  return PLAIN.test(value) ? value : `'${value.replace(/'/g, `'\\''`)}'`;
}
