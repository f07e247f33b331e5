// Refused requests in words, and as commands.

import type { RefusalView } from "../../api/types.ts";
import { shell } from "../inspector/code/programs.ts";

export const FACES: Readonly<Record<RefusalView["face"], string>> = {
  meta: "Meta",
  "360dialog": "360dialog",
  "on-premises": "On-Premises",
};

const RECENT_MS = 3_600_000;

/** How many requests stand behind entries. */
export function requestsOf(items: readonly RefusalView[]): number {
  return items.reduce((sum, each) => sum + each.count, 0);
}

/** "3 requests". */
export function requestsWord(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? "request" : "requests"}`;
}

/** Those of the last hour of platform time. */
export function recentOf(items: readonly RefusalView[], now: number): readonly RefusalView[] {
  return items.filter((each) => Date.parse(each.at) > now - RECENT_MS);
}

/** Those that a face has refused and a search fits: in what was asked, and in why it was refused. */
export function fitting(items: readonly RefusalView[], search: string, face: string): readonly RefusalView[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((each) => {
    if (face && each.face !== face) return false;
    const text = `${each.method} ${each.path} ${each.status} ${each.code} ${each.name} ${each.sentence}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Who the request said it was from, as far as that is kept. */
export function credentialOf(refusal: RefusalView): string {
  const { authorization, "d360-api-key": key } = refusal.headers;
  if (key) return `D360-API-KEY: ${key}`;
  return authorization ? `Authorization: ${authorization}` : "none in its headers";
}

/** The request as curl sends it; what was a credential is taken from the environment. */
export function curlOf(refusal: RefusalView, origin: string): string {
  const lines = [`curl${refusal.method === "GET" ? "" : ` -X ${shell(refusal.method)}`} ${shell(origin + refusal.path)}`];
  for (const [name, value] of Object.entries(refusal.headers)) {
    if (name !== "content-length") lines.push(headerOf(name, value));
  }
  const note = refusal.body_note ? `# Of its body: ${refusal.body_note}\n` : "";
  const body = refusal.body;
  if (body && body.text !== "" && (body.encoding ?? "utf-8") === "utf-8") lines.push(`--data-binary ${shell(body.text)}`);
  return note + lines.join(" \\\n  ");
}

function headerOf(name: string, value: string): string {
  if (name === "d360-api-key") return '-H "D360-API-KEY: $D360_API_KEY"';
  if (name !== "authorization") return `-H ${shell(`${name}: ${value}`)}`;
  if (value.startsWith("Basic ")) return '-u "$WHATSAPP_USER:$WHATSAPP_PASSWORD"';
  const scheme = value.includes(" ") ? `${value.split(" ")[0]} ` : "";
  return `-H "Authorization: ${scheme}$WHATSAPP_ACCESS_TOKEN"`;
}
