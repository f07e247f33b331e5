// How errors are put into words.

import type { ErrorView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { spans } from "./found.ts";

const WHEN = { answer: "In the answer", webhook: "On the webhook", both: "Answer or webhook" } as const;

export function WhenBadge({ when }: { when: ErrorView["when"] }) {
  return <Badge tone={when === "answer" ? "plain" : "info"}>{WHEN[when]}</Badge>;
}

/** A sentence in which `this` is code. */
export function Sentence({ text }: { text: string }) {
  return <>{spans(text).map((piece, at) => (piece.code ? <code key={at}>{piece.text}</code> : piece.text))}</>;
}
