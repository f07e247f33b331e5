// Refused requests in words, and as commands.

import type { RefusalView } from "../../api/types.ts";
import { shell } from "../inspector/code/programs.ts";

export const FACES: Readonly<Record<RefusalView["face"], string>> = {
  meta: "Meta",
  "360dialog": "360dialog",
  "on-premises": "On-Premises",
};

const RECENT_MS = 3_600_000;

/** How many requests stand behind entries, of which there may be more: "3 requests", "200+ requests". */
export function requestsWord(items: readonly RefusalView[], more: boolean): string {
  const count = items.reduce((sum, each) => sum + each.count, 0);
  return `${count.toLocaleString()}${more ? "+" : ""} ${count === 1 && !more ? "request" : "requests"}`;
}

/** Those of the last hour of platform time. */
export function recentOf(items: readonly RefusalView[], now: number): readonly RefusalView[] {
  return items.filter((each) => Date.parse(each.at) > now - RECENT_MS);
}

/** Who the request said it was from, as far as that is kept. */
export function credentialOf(refusal: RefusalView): string {
  const { authorization, "d360-api-key": key } = refusal.headers;
  if (key) return `D360-API-KEY: ${key}`;
  return authorization ? `Authorization: ${authorization}` : "none in its headers";
}

/** The template that a request named; empty: it named none, or is not readable. */
export function templateOf({ body }: Pick<RefusalView, "body">): string {
  try {
    const asked: unknown = JSON.parse(body?.text ?? "");
    const name = (asked as { template?: { name?: unknown } } | null)?.template?.name;
    return typeof name === "string" ? name : "";
  } catch {
    return "";
  }
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
