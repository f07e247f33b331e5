// Platform time, where it differs from the machine's: nobody should wonder why a window has closed.

import { clockView, platformNow } from "../api/clock.ts";
import { Icon } from "../parts/Icon.tsx";
import { clockWords, exact, spanWords } from "../parts/moments.ts";

const MOVED_SECONDS = 2;

export function PlatformClock() {
  const view = clockView.value;
  if (!view) return null;
  const moved = Math.abs(view.offset_seconds) >= MOVED_SECONDS;
  const now = platformNow.value;
  return (
    <p class={`platform-clock ${moved || view.frozen ? "moved" : ""}`} title={`Platform time: ${exact(now)}`}>
      <Icon name="clock" size={15} />
      <span class="grow">
        <span class="nums">{clockWords(now, Date.now())}</span>
        {(moved || view.frozen) && <span class="platform-clock-how">{how(view.frozen, moved, view.offset_seconds)}</span>}
      </span>
    </p>
  );
}

function how(frozen: boolean, moved: boolean, offset: number): string {
  const by = moved ? `${spanWords(1000 * offset)} ${offset > 0 ? "ahead" : "behind"}` : "";
  return [frozen ? "frozen" : "", by].filter(Boolean).join(", ");
}
