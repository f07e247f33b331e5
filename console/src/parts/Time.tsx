// A moment of the platform.

import { platformNow } from "../api/clock.ts";
import { clockWords, exact, relative } from "./moments.ts";

/** A moment as its distance to platform time ("12 s ago"), or with `clock` as the time of day; exact when pointed at. */
export function Time({ at, clock = false }: { at: string; clock?: boolean }) {
  const moment = Date.parse(at);
  const now = platformNow.value;
  return (
    <time dateTime={at} title={exact(moment)} class="nums">
      {clock ? clockWords(moment, now) : relative(moment, now)}
    </time>
  );
}
