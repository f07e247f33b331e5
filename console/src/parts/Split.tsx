// A list and what is chosen of it, side by side; one after the other where there is no room.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import "./split.css";

const KEY = "waypost.split";
const SHARE = { least: 25, most: 75, usual: 45 };
const share = signal(remembered());

interface SplitProps {
  list: ComponentChildren;
  /** What is chosen; null: the list has all the room. */
  detail: ComponentChildren | null;
}

/** The bar between the two can be dragged, or moved with the arrow keys; where it is put is kept. */
export function Split({ list, detail }: SplitProps) {
  const box = useRef<HTMLDivElement>(null);
  const drag = (event: PointerEvent): void => {
    const room = box.current?.getBoundingClientRect();
    if (!room || !(event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) return;
    put((100 * (event.clientX - room.left)) / room.width);
  };
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
    if (!by) return;
    event.preventDefault();
    put(share.value + by);
  };
  return (
    <div ref={box} class={`split ${detail === null ? "alone" : "both"}`} style={{ "--share": `${share.value}%` }}>
      <div class="split-list">{list}</div>
      {detail !== null && (
        <>
          <div
            class="split-bar"
            role="separator"
            aria-orientation="vertical"
            aria-label="Width of the list"
            aria-valuemin={SHARE.least}
            aria-valuemax={SHARE.most}
            aria-valuenow={Math.round(share.value)}
            tabIndex={0}
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={drag}
            onKeyDown={step}
          />
          <div class="split-detail">{detail}</div>
        </>
      )}
    </div>
  );
}

function put(percent: number): void {
  share.value = Math.min(SHARE.most, Math.max(SHARE.least, percent));
  try {
    window.localStorage.setItem(KEY, String(Math.round(share.value)));
  } catch {
    // It is where it was put until the page is left.
  }
}

function remembered(): number {
  try {
    const kept = Number(window.localStorage.getItem(KEY));
    return kept >= SHARE.least && kept <= SHARE.most ? kept : SHARE.usual;
  } catch {
    return SHARE.usual;
  }
}
