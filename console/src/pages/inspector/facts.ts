// The facts of a finding, in words for people.

import type { FindingView, MessageDetail } from "../../api/types.ts";
import { sizeWords, spanWords } from "../../parts/moments.ts";

type Fact = FindingView["facts"][string];

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const BYTES = new Set(["size", "limit"]);

/** The link of the file that a message was to carry; empty: it has none. */
export function linkOf({ type, body }: Pick<MessageDetail, "type" | "body">): string {
  const content = typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>)[type] : null;
  const link = typeof content === "object" && content !== null && "link" in content ? content.link : null;
  return typeof link === "string" ? link : "";
}

/** What a fact is called: "last_inbound" is "Last inbound". */
export function factName(name: string): string {
  const words = name.replace(/_(seconds|ms)$/, "").replace(/_/g, " ").replace("whatsapp", "WhatsApp");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a fact says, or null for a moment, which is shown as one. `ofFile`: sizes and limits are bytes. */
export function factWords(name: string, fact: Fact, ofFile: boolean): string {
  if (fact === null) return "none";
  if (typeof fact === "boolean") return fact ? "yes" : "no";
  if (typeof fact !== "number") return fact;
  if (name.endsWith("_seconds")) return fact < 60 ? `${fact} s` : `${spanWords(fact * 1000)} (${fact.toLocaleString("en")} s)`;
  if (name.endsWith("_ms")) return `${fact.toLocaleString("en")} ms`;
  return ofFile && BYTES.has(name) ? `${sizeWords(fact)} (${fact.toLocaleString("en")} bytes)` : fact.toLocaleString("en");
}

export function isMoment(fact: Fact): fact is string {
  return typeof fact === "string" && MOMENT.test(fact);
}
