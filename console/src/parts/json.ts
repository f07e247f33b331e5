// JSON as pieces to be coloured, and bytes as they lie.

export type PieceKind = "key" | "text" | "number" | "word" | "sign";

export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([\s\S][^"\d\-tfn]*)/g;

/** Return JSON text indented, or null if it is none. Numbers stay as they were written. */
export function indented(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return respaced(text);
}

/** Return JSON text in pieces that together are the text. */
export function pieces(text: string): Piece[] {
  return [...text.matchAll(TOKEN)].flatMap(([whole, quoted, colon, number, word]): Piece[] => {
    if (quoted !== undefined && colon !== undefined) {
      return [
        { kind: "key", text: quoted },
        { kind: "sign", text: colon },
      ];
    }
    if (quoted !== undefined) return [{ kind: "text", text: quoted }];
    if (number !== undefined) return [{ kind: "number", text: whole }];
    if (word !== undefined) return [{ kind: "word", text: whole }];
    return [{ kind: "sign", text: whole }];
  });
}

/** Return bytes as lines of their place, sixteen of them in hexadecimal, and what they say. */
export function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.slice(at, at + 16)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const said = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${said}`);
  }
  return lines.join("\n");
}

/** Space valid JSON anew without reading its values: long numbers and escapes stay exactly as they are. */
function respaced(text: string): string {
  let depth = 0;
  let out = "";
  const tight = text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, quoted?: string) => quoted ?? "");
  for (const piece of tight.match(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]|[^"{}[\],:]+/g) ?? []) {
    if (piece === "{" || piece === "[") out += piece + line((depth += 1));
    else if (piece === "}" || piece === "]") out += line((depth -= 1)) + piece;
    else if (piece === ",") out += piece + line(depth);
    else out += piece === ":" ? ": " : piece;
  }
  return out;
}

function line(depth: number): string {
  return `\n${"  ".repeat(depth)}`;
}
