// What the gallery knows; it outlives the page.

import { api, mapped } from "../../api/client.ts";
import type { GalleryMedium } from "../../api/types.ts";
import type { IconName } from "../../parts/Icon.tsx";
import { type LiveList, liveList } from "../../parts/liveList.ts";
import { readNumbers } from "../../parts/numbers.ts";
import { href } from "../../shell/router.ts";

const PAGE = 60;
/** How many pages are read to find a file that a link leads to. */
const SEEK = 20;

export const media: LiveList<GalleryMedium> = liveList({
  words: ["file", "files"],
  filters: ["number", "type"],
  isAt: (path) => path.startsWith("/media"),
  page: PAGE,
  again: (count) => Math.min(1_000, Math.max(PAGE, count)), // any of them may have been deleted
  ask: async (query) => mapped(await api.get("/media", { query }), (found) => [found.media, found.next]),
  beside: (changes) => changes || void readNumbers(),
  concerns: (changes) => changes.world.includes("media"),
});

/** Read on until a file is there, or until it is clear that it is not. */
export async function seek(id: string): Promise<void> {
  for (let page = 0; page < SEEK; page += 1) {
    const { items, next } = media.state.peek();
    if (items.some((each) => each.id === id || each.onprem_id === id) || next === null) return;
    await media.readMore();
  }
}

export function iconOf(type: string): IconName {
  const icons: Readonly<Record<string, IconName>> = {
    image: "image",
    video: "video",
    audio: "audio",
    sticker: "sticker",
    document: "document",
  };
  return icons[type] ?? "media";
}

/** Return how a file came here, in words. */
export function sourceWords(source: string): string {
  const words: Readonly<Record<string, string>> = {
    upload: "Uploaded by a program",
    link: "Fetched from a link",
    inbound: "Sent by a user",
    handle: "Example of a template",
  };
  return words[source] ?? source;
}

/** The way from one file to all of them. */
export function toGallery(): { to: string; label: string } {
  return { to: href("/media", media.filters.value), label: "Close the file" };
}
