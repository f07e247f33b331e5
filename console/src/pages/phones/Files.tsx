// Files in a bubble: pictures, films and sounds that play, documents to save, stickers.

import { useState } from "preact/hooks";
import type { MediaView } from "../../api/types.ts";
import { Dialog } from "../../parts/Dialog.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { sizeWords } from "../../parts/moments.ts";

export function Picture({ file, alt }: { file: MediaView; alt: string }) {
  const [large, setLarge] = useState(false);
  return (
    <>
      <button type="button" class="chat-picture" aria-label={`${alt}, larger`} aria-haspopup="dialog" onClick={() => setLarge(true)}>
        <img src={file.url} alt={alt} loading="lazy" />
      </button>
      <Dialog open={large} title={alt} onClose={() => setLarge(false)}>
        <img class="chat-large" src={file.url} alt={alt} />
      </Dialog>
    </>
  );
}

export function Film({ file }: { file: MediaView }) {
  return <video class="chat-film" src={file.url} controls preload="metadata" />;
}

export function Sound({ file, voice, onPlay }: { file: MediaView; voice: boolean; onPlay?: () => void }) {
  return (
    <div class={`chat-sound ${voice ? "voice" : ""}`}>
      <Icon name={voice ? "microphone" : "audio"} />
      <audio
        src={file.url}
        controls
        preload="metadata"
        onPlay={onPlay}
        aria-label={voice ? "Voice message" : "Audio"}
      />
    </div>
  );
}

export function Paper({ file, name }: { file: MediaView; name: string }) {
  return (
    <a class="chat-paper" href={file.url} download={name || "file"}>
      <Icon name="document" size={26} />
      <span class="grow">
        <span class="chat-paper-name foreign">{name || "Document"}</span>
        <span class="chat-paper-facts">
          {ending(name, file.mime_type)} · {sizeWords(file.size)}
        </span>
      </span>
      <Icon name="download" size={16} />
    </a>
  );
}

export function StickerPicture({ file }: { file: MediaView }) {
  return <img class="chat-sticker" src={file.url} alt="Sticker" loading="lazy" />;
}

/** A file that was deleted, has expired, or is still to be fetched. */
export function NoFile({ what }: { what: string }) {
  return (
    <p class="chat-nofile">
      <Icon name="warning" size={15} /> {what} is not there any more
    </p>
  );
}

function ending(name: string, mime: string): string {
  const found = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1];
  return (found ?? mime.split("/")[1] ?? "file").toUpperCase();
}
