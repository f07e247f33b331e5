// The card of a text's first link: what the page says of itself, as the server has fetched it.

import type { PreviewView } from "../../api/types.ts";
import { hostOf } from "./formatted.ts";

export function LinkCard({ of }: { of: PreviewView }) {
  const host = hostOf(of.url);
  if (!host) return null;
  return (
    <a class="chat-link" href={of.url} target="_blank" rel="noreferrer noopener" dir="auto">
      {of.image && <img src={of.image.url} alt="" />}
      <span class="chat-link-words">
        <b class="foreign short">{of.title}</b>
        {of.description && <span class="foreign short">{of.description}</span>}
        <span class="chat-link-host foreign clip">{host}</span>
      </span>
    </a>
  );
}
