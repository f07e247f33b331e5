// One thing that the server knows, as it goes on.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Result } from "../api/client.ts";
import { type Changes, onChanges } from "../api/live.ts";

interface Wish<T> {
  readonly ask: (id: string) => Promise<Result<T>>;
  /** Whether changes may be about it, of which so much is known. */
  readonly concerns: (changes: Changes, id: string, known: T | null) => boolean;
  /** Milliseconds after which it is asked again in any case, while somebody looks: for what no change is told of. */
  readonly every?: number;
}

/** What the server answered last, null before that, and a way to ask again. Have the wish outside the component. */
export function useFollowed<T>(id: string, wish: Wish<T>): readonly [Result<T> | null, () => Promise<void>] {
  const [found, setFound] = useState<Result<T> | null>(null);
  const known = useRef<T | null>(null);
  const asked = useRef(0);
  const read = useCallback(async () => {
    const ticket = (asked.current += 1);
    const answer = await wish.ask(id);
    if (ticket !== asked.current) return; // a later question has been asked meanwhile
    if (answer.ok) known.current = answer.value;
    // When nobody answers, what was read stays: the navigation says that the server is gone.
    setFound((before) => (before?.ok && !answer.ok && answer.failure.status === 0 ? before : answer));
  }, [id, wish]);
  useEffect(() => {
    known.current = null;
    setFound(null);
    let reading = false;
    let again = false;
    // One reading at a time, however many hints come: what they tell of meanwhile is read once more.
    const follow = async (): Promise<void> => {
      again = true;
      if (reading) return;
      reading = true;
      while (again) {
        again = false;
        await read();
      }
      reading = false;
    };
    void follow();
    const stop = onChanges((changes) => (changes.all || wish.concerns(changes, id, known.current)) && void follow());
    const timer = wish.every && window.setInterval(() => !document.hidden && void read(), wish.every);
    return () => {
      stop();
      again = false;
      if (timer) window.clearInterval(timer);
    };
  }, [id, read, wish]);
  return [found, read];
}
