// How far a message has come, as WhatsApp shows it.

import "./data.css";

const WORDS: Readonly<Record<string, string>> = {
  accepted: "Accepted",
  queued: "Waiting",
  sending: "Being sent",
  held_for_quality_assessment: "Held back",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  played: "Played",
  failed: "Failed",
  deleted: "Deleted",
};

/** What a status is called. */
export function statusWord(status: string | null): string {
  return status === null ? "Received" : (WORDS[status] ?? status);
}

/** One tick: sent; two: delivered; two blue: read; a clock before that; an exclamation mark: failed. */
export function Ticks({ status, words = false }: { status: string | null; words?: boolean }) {
  const word = statusWord(status);
  return (
    <span class={`ticks ${status ?? "received"}`} title={words ? undefined : word}>
      {status !== null && <Drawing status={status} />}
      <span class={words ? "" : "unseen"}>{word}</span>
    </span>
  );
}

function Drawing({ status }: { status: string }) {
  const two = ["delivered", "read", "played"].includes(status);
  return (
    <svg
      width="20"
      height="14"
      viewBox="0 0 20 14"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {status === "failed" ? (
        <path d="M10 1a6 6 0 1 0 0 12 6 6 0 0 0 0-12z M10 4v3.600 M10 10h.01" />
      ) : two ? (
        <path d="M1.500 7.500 5 11 12 3 M9 11l.500.500L18 3" />
      ) : status === "sent" ? (
        <path d="M5 7.500 8.500 11 15.500 3" />
      ) : (
        <path d="M10 1.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11z M10 4v3.200l2 1.300" />
      )}
    </svg>
  );
}
