// The kinds of messages: what they are called and how they are drawn.

import type { IconName } from "../../parts/Icon.tsx";
import type { Option } from "../../parts/Field.tsx";

const KINDS: Readonly<Record<string, readonly [string, IconName]>> = {
  text: ["Text", "messages"],
  template: ["Template", "templates"],
  image: ["Image", "image"],
  video: ["Video", "video"],
  audio: ["Audio", "audio"],
  voice: ["Voice", "microphone"],
  document: ["Document", "document"],
  sticker: ["Sticker", "sticker"],
  location: ["Location", "location"],
  contacts: ["Contacts", "contact"],
  interactive: ["Interactive", "list"],
  button: ["Button", "button"],
  reaction: ["Reaction", "reaction"],
  order: ["Order", "list"],
  system: ["System", "info"],
  unsupported: ["Unsupported", "warning"],
};

export function kindWord(type: string): string {
  return KINDS[type]?.[0] ?? type;
}

export function kindIcon(type: string): IconName {
  return KINDS[type]?.[1] ?? "messages";
}

export const TYPES: readonly Option[] = Object.entries(KINDS)
  .filter(([value]) => value !== "voice")
  .map(([value, [label]]) => ({ value, label }));
