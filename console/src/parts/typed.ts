// What is typed, and holds when the typing pauses.

import { useEffect, useRef, useState } from "preact/hooks";

const PAUSE_MS = 250;

/** Return what stands in a field, and what to call as it is typed in; `hold` is told when the typing pauses. */
export function useTyped(held: string, hold: (value: string) => void): [string, (value: string) => void] {
  const [typed, setTyped] = useState(held);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => setTyped((now) => (now.trim() === held ? now : held)), [held]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const type = (value: string): void => {
    setTyped(value);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => hold(value.trim()), PAUSE_MS);
  };
  return [typed, type];
}
