// Where the console is: the part of the address after "#", as a path and a query. Nothing of it reaches the server.

import { computed, signal } from "@preact/signals";

export interface Place {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Where the console is. */
export const place = signal<Place>({ path: "/", query: {} });

/** The query alone, for a page that keeps its filters there. */
export const query = computed(() => place.value.query);

/** Follow the address from here on. */
export function startRouter(): void {
  const read = (): void => {
    place.value = placeOf(window.location.hash);
  };
  window.addEventListener("hashchange", read);
  read();
}

/** Return the link to a place: `href("/messages/wamid.X")`, `href("/messages", {status: "failed"})`. */
export function href(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  const search = new URLSearchParams(given).toString();
  return `#${path}${search ? `?${search}` : ""}`;
}

/** Go to a place; `replace` leaves no step to go back to. */
export function go(path: string, query: Readonly<Record<string, string | undefined>> = {}, replace = false): void {
  const address = href(path, query);
  if (address === window.location.hash) return;
  if (replace) window.history.replaceState(null, "", address);
  else window.history.pushState(null, "", address);
  place.value = placeOf(address);
}

export function placeOf(hash: string): Place {
  const [path = "", search = ""] = split(hash.replace(/^#/, ""), "?");
  return { path: path.startsWith("/") ? path : "/", query: Object.fromEntries(new URLSearchParams(search)) };
}

/** Return what the variables of a pattern such as "/messages/:id" stand for in a path; null if it is another's. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.replace(/\/$/, "").split("/");
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [at, word] of wanted.entries()) {
    const there = given[at] ?? "";
    if (word.startsWith(":") && there) found[word.slice(1)] = decoded(there);
    else if (word !== there) return null;
  }
  return found;
}

function split(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
