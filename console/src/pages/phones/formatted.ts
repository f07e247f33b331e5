// Text as WhatsApp formats it: *bold*, _italic_, ~struck~, ```fixed```, `code`, and addresses to follow.

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "struck"; readonly inside: readonly Piece[] }
  | { readonly kind: "fixed"; readonly text: string }
  | { readonly kind: "link"; readonly href: string; readonly text: string };

const MARKS: Readonly<Record<string, "bold" | "italic" | "struck">> = { "*": "bold", _: "italic", "~": "struck" };
const LINK = /^https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/i;
const DEEPEST = 4;

/** Return the pieces of a text. A mark counts between a word's end and the next word's, as it does on phones. */
export function pieces(text: string, depth = 0): readonly Piece[] {
  const found: Piece[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain) found.push({ kind: "text", text: plain });
    plain = "";
  };
  for (let at = 0; at < text.length;) {
    const piece = pieceAt(text, at, depth);
    if (!piece) {
      plain += text[at];
      at += 1;
      continue;
    }
    flush();
    found.push(piece.piece);
    at += piece.length;
  }
  flush();
  return found;
}

interface Found {
  readonly piece: Piece;
  readonly length: number;
}

function pieceAt(text: string, at: number, depth: number): Found | null {
  const sign = text[at] ?? "";
  const before = text[at - 1] ?? " ";
  if (sign === "`") return fixed(text, at, "```") ?? fixed(text, at, "`");
  if (sign === "h" || sign === "H") return /\w/.test(before) ? null : link(text, at);
  const kind = MARKS[sign];
  if (!kind || depth >= DEEPEST || /\w/.test(before)) return null;
  const end = text.indexOf(sign, at + 1);
  const inside = text.slice(at + 1, end);
  const after = text[end + 1] ?? " ";
  if (end < 0 || !inside || inside !== inside.trim() || inside.includes("\n") || /\w/.test(after)) return null;
  return { piece: { kind, inside: pieces(inside, depth + 1) }, length: end + 1 - at };
}

function fixed(text: string, at: number, mark: string): Found | null {
  if (!text.startsWith(mark, at)) return null;
  const end = text.indexOf(mark, at + mark.length);
  const inside = end < 0 ? "" : text.slice(at + mark.length, end);
  return inside.trim() ? { piece: { kind: "fixed", text: inside }, length: end + mark.length - at } : null;
}

function link(text: string, at: number): Found | null {
  const href = LINK.exec(text.slice(at, at + 2_000))?.[0];
  return href ? { piece: { kind: "link", href, text: href }, length: href.length } : null;
}

/** Return the host that an address leads to; nothing for what is no address to follow. */
export function hostOf(href: string): string {
  return LINK.test(href) && URL.canParse(href) ? new URL(href).host : "";
}
