// A list of any length of which only what is in view is drawn; rows may be of any height.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import { offsetsOf, rowAt, spanOf } from "./virtual.ts";
import "./data.css";

interface VirtualListProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  /** How high a row is until it was drawn once, in pixels. */
  estimate: number;
  row: (item: T, index: number) => ComponentChildren;
  /** What the list is, for who hears it. */
  label: string;
  /** Called as the end comes near: read on. */
  onNearEnd?: () => void;
  /** Where the list was left, and where to tell that it is: keep it outside and the list is found as it was. */
  scroll?: { current: number };
  /** Tell how many rows have come above what is being read, and offer a way to them: "new messages". */
  arrivals?: string;
  /** Drawn after the last row. */
  foot?: ComponentChildren;
  class?: string;
}

const NEAR_PX = 1_200;

/** The list fills its place and scrolls within it. Rows that come above do not move what is being read. */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, keyOf, estimate, row, label, onNearEnd, scroll, foot } = props;
  const box = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<string, number>());
  const anchor = useRef<{ key: string; gap: number } | null>(null);
  const [view, setView] = useState({ top: scroll?.current ?? 0, height: 800 });
  const [measured, setMeasured] = useState(0);
  const seen = useRef<string | undefined>(undefined);

  const keys = useMemo(() => items.map(keyOf), [items, keyOf]);
  const offsets = useMemo(() => offsetsOf(keys, heights.current, estimate), [keys, estimate, measured]);
  const span = spanOf(offsets, view.top, view.height);
  const total = offsets[keys.length] ?? 0;

  const look = useCallback(() => {
    const there = box.current;
    if (!there) return;
    if (scroll) scroll.current = there.scrollTop;
    setView((before) =>
      before.top === there.scrollTop && before.height === there.clientHeight
        ? before
        : { top: there.scrollTop, height: there.clientHeight },
    );
  }, [scroll]);

  useLayoutEffect(() => {
    const there = box.current;
    if (!there) return;
    if (scroll?.current) there.scrollTop = scroll.current;
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(there);
    return () => watcher.disconnect();
  }, [look, scroll]);

  // Hold the first row in view where it is when rows above it come, go or turn out higher; at the top stay there.
  useLayoutEffect(() => {
    const there = box.current;
    const held = anchor.current;
    if (!there || !held || there.scrollTop <= 0) return;
    const index = keys.indexOf(held.key);
    const wanted = index < 0 ? null : (offsets[index] ?? 0) + held.gap;
    if (wanted !== null && Math.abs(wanted - there.scrollTop) > 1) {
      there.scrollTop = wanted;
      look();
    }
  }, [keys, offsets, look]);

  useLayoutEffect(() => {
    const top = box.current?.scrollTop ?? 0; // not that of the view: it may just have been moved
    const first = rowAt(offsets, top);
    const key = keys[first];
    anchor.current = key === undefined ? null : { key, gap: top - (offsets[first] ?? 0) };
  });

  useEffect(() => {
    if (onNearEnd && view.top + view.height + NEAR_PX > total) onNearEnd();
  }, [onNearEnd, view, total]);

  if (view.top <= 0 || seen.current === undefined) seen.current = keys[0];
  const above = props.arrivals && view.top > 0 ? Math.max(0, keys.indexOf(seen.current ?? "")) : 0;

  const measure = useCallback((key: string, height: number) => {
    if (height === 0 || heights.current.get(key) === height) return;
    heights.current.set(key, height);
    setMeasured((before) => before + 1);
  }, []);

  return (
    <div ref={box} class={`virtual ${props.class ?? ""}`} onScroll={look}>
      {above > 0 && (
        <button type="button" class="virtual-arrivals" onClick={() => box.current?.scrollTo({ top: 0 })}>
          <Icon name="up" size={14} /> {above.toLocaleString()} {props.arrivals}
        </button>
      )}
      <div class="virtual-all" style={{ height: `${total}px` }} role="list" aria-label={label}>
        {items.slice(span.first, span.end).map((item, at) => {
          const index = span.first + at;
          const key = keys[index] as string;
          return (
            <Row key={key} id={key} top={offsets[index] ?? 0} index={index} count={items.length} measure={measure}>
              {row(item, index)}
            </Row>
          );
        })}
      </div>
      {foot}
    </div>
  );
}

interface RowProps {
  id: string;
  top: number;
  index: number;
  count: number;
  measure: (key: string, height: number) => void;
  children: ComponentChildren;
}

function Row({ id, top, index, count, measure, children }: RowProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const there = box.current;
    if (!there) return;
    const look = (): void => measure(id, there.getBoundingClientRect().height);
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(there);
    return () => watcher.disconnect();
  }, [id, measure]);
  return (
    <div
      ref={box}
      class="virtual-row"
      role="listitem"
      aria-posinset={index + 1}
      aria-setsize={count}
      style={{ transform: `translateY(${top}px)` }}
    >
      {children}
    </div>
  );
}
