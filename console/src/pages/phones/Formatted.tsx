// Text of strangers, drawn piece by piece: nothing of it can become anything but text, a style or a link.

import { type Piece, pieces } from "./formatted.ts";

export function Formatted({ text }: { text: string }) {
  return <Pieces of={pieces(text)} />;
}

function Pieces({ of }: { of: readonly Piece[] }) {
  return (
    <>
      {of.map((piece, at) => (
        <One key={at} piece={piece} />
      ))}
    </>
  );
}

function One({ piece }: { piece: Piece }) {
  switch (piece.kind) {
    case "text":
      return <>{piece.text}</>;
    case "fixed":
      return <code>{piece.text}</code>;
    case "link":
      return (
        <a href={piece.href} target="_blank" rel="noreferrer noopener">
          {piece.text}
        </a>
      );
    case "bold":
      return (
        <b>
          <Pieces of={piece.inside} />
        </b>
      );
    case "italic":
      return (
        <i>
          <Pieces of={piece.inside} />
        </i>
      );
    case "struck":
      return (
        <s>
          <Pieces of={piece.inside} />
        </s>
      );
  }
}
