// The line on other pages that says that requests were refused, since those leave no message.

import { useEffect } from "preact/hooks";
import { platformNow } from "../../api/clock.ts";
import { Time } from "../../parts/Time.tsx";
import { TroubleLine } from "../../parts/TroubleLine.tsx";
import { href } from "../../shell/router.ts";
import { newest } from "./state.ts";
import { recentOf, requestsWord } from "./words.ts";
import "./refusals.css";

export function RefusedLine() {
  useEffect(newest.start, []);
  const { items, next } = newest.state.value;
  const recent = recentOf(items, platformNow.value);
  const last = recent[0];
  if (!last) return null;
  const words = requestsWord(recent, next !== null && recent.length === items.length);
  return (
    <TroubleLine class="refused-line" icon="block" href={href("/refusals")}>
      <span class="refused-line-says">
        <b>{`${words} ${words === "1 request" ? "was" : "were"} refused`}</b> in the last hour
        <span class="refused-line-last">
          {" "}
          · the last <Time at={last.at} />: <span class="nums">{last.code}</span> <span class="foreign">{last.sentence}</span>
        </span>
      </span>
    </TroubleLine>
  );
}
