// What happened to a message, oldest first.

import type { TimelineEntry } from "../../api/types.ts";
import type { Tone } from "../../parts/Badge.tsx";
import { spanWords } from "../../parts/moments.ts";
import { statusWord } from "../../parts/Ticks.tsx";
import { Time } from "../../parts/Time.tsx";

export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  const start = Date.parse(entries[0]?.at ?? "");
  return (
    <ol class="timeline">
      {entries.map((entry, at) => (
        <li key={at} class={`timeline-entry ${toneOf(entry)}`}>
          <span class="timeline-what">{wordsOf(entry)}</span>
          <span class="timeline-when">
            <Time at={entry.at} clock />
            {at > 0 && <span class="faint"> +{since(Date.parse(entry.at) - start)}</span>}
          </span>
          {sentenceOf(entry) && <span class="timeline-why foreign">{sentenceOf(entry)}</span>}
        </li>
      ))}
    </ol>
  );
}

function toneOf(entry: TimelineEntry): Tone {
  if (entry.fault || entry.send || entry.status === "failed") return "bad";
  if (entry.attempt) return isGood(entry.attempt.status) ? "good" : "wait";
  return entry.status ? "good" : "plain";
}

function wordsOf(entry: TimelineEntry): string {
  if (entry.attempt) return `Webhook called, attempt ${entry.attempt.number}`;
  if (entry.send) return `Sending did not succeed, attempt ${entry.send.number}`;
  if (entry.status) return statusWord(entry.status);
  return entry.event.replace(/[._]/g, " ");
}

function sentenceOf(entry: TimelineEntry): string | null {
  if (entry.fault) return `${entry.fault.code} ${entry.fault.title}. ${entry.fault.details}`;
  if (entry.send) return entry.send.why;
  if (!entry.attempt) return null;
  const { status, elapsed_ms, answer } = entry.attempt;
  return status ? `Answered ${status} in ${elapsed_ms} ms` : answer.text;
}

function isGood(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

function since(ms: number): string {
  return ms < 10_000 ? `${ms} ms` : spanWords(ms);
}
