// A list, newest first, as it grows and changes: plain functions, so that they can be tested.

/** What can stand in such a list: it has a name and a moment. */
export interface Listed {
  readonly id: string;
  readonly at: string;
}

/** What is read again from the top, over what was there: what is further down stays if the two touch. */
export function withTop<T extends Listed>(old: readonly T[], top: readonly T[]): { items: readonly T[]; touches: boolean } {
  const last = top.at(-1);
  const at = last ? old.findIndex((each) => each.id === last.id) : -1;
  if (at < 0) return { items: top, touches: false };
  return { items: [...top, ...old.slice(at + 1)], touches: true };
}

/** The next part below what is there; what is already there is not repeated. */
export function withMore<T extends Listed>(old: readonly T[], more: readonly T[]): readonly T[] {
  const known = new Set(old.map((each) => each.id));
  return [...old, ...more.filter((each) => !known.has(each.id))];
}

/** What was asked for by id, in its place: changed, new (by its moment), or gone from what the filters let through. */
export function withAsked<T extends Listed>(old: readonly T[], ids: readonly string[], found: readonly T[]): readonly T[] {
  const now = new Map(found.map((each) => [each.id, each]));
  const asked = new Set(ids);
  const kept = old
    .filter((each) => now.has(each.id) || !asked.has(each.id))
    .map((each) => now.get(each.id) ?? each);
  const known = new Set(kept.map((each) => each.id));
  const fresh = found.filter((each) => !known.has(each.id));
  return fresh.reduceRight<readonly T[]>(inserted, kept);
}

function inserted<T extends Listed>(list: readonly T[], each: T): readonly T[] {
  const at = list.findIndex((other) => other.at <= each.at);
  return at < 0 ? [...list, each] : [...list.slice(0, at), each, ...list.slice(at)];
}

/** Return a list in parts of at most so many. */
export function inParts<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}
