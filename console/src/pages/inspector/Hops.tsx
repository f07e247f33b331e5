// Every request on the way of a link, and how it was answered.

import type { HopView } from "../../api/types.ts";
import { Badge, type Tone } from "../../parts/Badge.tsx";

export function Hops({ hops }: { hops: readonly HopView[] }) {
  return (
    <ol class="hops">
      {hops.map((hop, at) => (
        <li key={at}>
          <p class="hop-head">
            <Badge tone={toneOf(hop)}>{hop.status ?? "no answer"}</Badge>
            <span class="mono foreign">{hop.url}</span>
          </p>
          {hop.note && <p class="story-failed foreign">{hop.note}</p>}
          {Object.keys(hop.headers).length > 0 && (
            <dl class="hop-headers mono">
              {Object.entries(hop.headers).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd class="foreign">{value}</dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ol>
  );
}

function toneOf({ status, note }: HopView): Tone {
  if (status === null || status >= 400) return "bad";
  if (status >= 300) return "wait";
  return note ? "bad" : "good";
}
