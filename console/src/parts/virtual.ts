// Which rows of a long list are to be drawn: plain arithmetic, so that it can be tested.

export interface Span {
  readonly first: number;
  /** The row after the last. */
  readonly end: number;
}

/** Return where each row begins, and at the end of the list how high all of them are. */
export function offsetsOf(keys: readonly string[], heights: ReadonlyMap<string, number>, estimate: number): Float64Array {
  const offsets = new Float64Array(keys.length + 1);
  let at = 0;
  for (let index = 0; index < keys.length; index += 1) {
    offsets[index] = at;
    at += heights.get(keys[index] as string) ?? estimate;
  }
  offsets[keys.length] = at;
  return offsets;
}

/** Return the row that lies at a height: the last one that begins there or above. */
export function rowAt(offsets: Float64Array, height: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] as number) <= height) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Return the rows of a view, with some more on either side so that scrolling finds them drawn. */
export function spanOf(offsets: Float64Array, top: number, height: number, extra = 8): Span {
  const count = offsets.length - 1;
  if (count <= 0) return { first: 0, end: 0 };
  const first = rowAt(offsets, Math.max(0, top));
  const last = rowAt(offsets, Math.max(0, top + height));
  return { first: Math.max(0, first - extra), end: Math.min(count, last + 1 + extra) };
}
