// What messages of several types are made of: words, a file, a place.

import type { ComponentChildren } from "preact";
import type { MediaView } from "../../api/types.ts";
import { word } from "./chat.ts";
import { NoFile } from "./Files.tsx";
import { Formatted } from "./Formatted.tsx";

export function Words({ text }: { text: string }) {
  return (
    <p class="chat-words foreign" dir="auto">
      <Formatted text={text} />
    </p>
  );
}

interface WithFileProps {
  file: MediaView | null | undefined;
  what: string;
  caption?: string;
  draw: (file: MediaView) => ComponentChildren;
}

export function WithFile({ file, what, caption, draw }: WithFileProps) {
  return (
    <>
      {file ? draw(file) : <NoFile what={what} />}
      {caption && <Words text={caption} />}
    </>
  );
}

/** A place on a drawn card: no map is fetched from anywhere. */
export function PlaceCard({ place }: { place: Readonly<Record<string, unknown>> }) {
  const latitude = Number(place["latitude"] ?? 0);
  const longitude = Number(place["longitude"] ?? 0);
  return (
    <div class="chat-place">
      <svg viewBox="0 0 240 110" role="img" aria-label={`Map at ${latitude}, ${longitude}`}>
        <rect class="map-land" width="240" height="110" />
        <path class="map-water" d="M0 84 C40 70 70 98 120 86 S200 60 240 74 V110 H0z" />
        <path
          class="map-road"
          d="M-5 30 C60 40 90 10 150 34 S220 50 250 20 M70 -5 C80 40 60 70 88 115 M170 -5 C160 40 190 70 176 115"
        />
        <path class="map-pin" d="M120 68s17-15 17-29a17 17 0 0 0-34 0c0 14 17 29 17 29z" />
        <circle class="map-eye" cx="120" cy="39" r="6" />
      </svg>
      {word(place["name"]) && <b class="foreign">{word(place["name"])}</b>}
      {word(place["address"]) && <span class="foreign">{word(place["address"])}</span>}
      <span class="chat-place-point nums">
        {latitude.toFixed(5)}, {longitude.toFixed(5)}
      </span>
    </div>
  );
}
