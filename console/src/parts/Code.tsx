// Text of machines: JSON made readable, commands, exact bytes.

import { useMemo, useState } from "preact/hooks";
import type { Payload } from "../api/types.ts";
import { Copy } from "./Copy.tsx";
import { hexLines, indented, pieces } from "./json.ts";
import { sizeWords } from "./moments.ts";
import "./data.css";

/** Above this nothing is coloured: the text is there all the same. */
const COLOURED_CHARACTERS = 60_000;

interface CodeProps {
  text: string;
  /** What it is: its heading, and what is read out. */
  label: string;
  /** Colour it as JSON. */
  json?: boolean;
  /** Do not break long lines, scroll. */
  keepLines?: boolean;
  tools?: preact.ComponentChildren;
}

/** A block of code with its name and a button that copies all of it. */
export function Code({ text, label, json = false, keepLines = false, tools }: CodeProps) {
  const coloured = json && text.length <= COLOURED_CHARACTERS;
  return (
    <figure class="code">
      <figcaption class="code-head">
        <span class="grow clip">{label}</span>
        {tools}
        <Copy text={text} label={`Copy: ${label}`} />
      </figcaption>
      <pre class={keepLines ? "keep-lines" : ""} tabIndex={0} aria-label={label}>
        {coloured ? <Coloured text={text} /> : text}
      </pre>
    </figure>
  );
}

/** A value of the API as JSON. */
export function JsonCode({ value, label }: { value: unknown; label: string }) {
  return <Code text={useMemo(() => JSON.stringify(value, null, 2) ?? "null", [value])} label={label} json />;
}

type Manner = "readable" | "exact" | "hex";

/** Bytes that were sent or received: readable, exactly as they were, and as hexadecimal. */
export function Bytes({ payload, label }: { payload: Payload; label: string }) {
  const bytes = useMemo(() => bytesOf(payload), [payload]);
  const isText = (payload.encoding ?? "utf-8") === "utf-8";
  const readable = useMemo(() => (isText ? indented(payload.text) : null), [payload, isText]);
  const manners: Manner[] = [...(readable === null ? [] : ["readable" as const]), ...(isText ? ["exact" as const] : []), "hex"];
  const [chosen, choose] = useState<Manner | null>(null);
  const manner = chosen && manners.includes(chosen) ? chosen : (manners[0] as Manner);
  if (bytes.length === 0) return <p class="faint">{label}: empty.</p>;
  const text = manner === "readable" ? (readable as string) : manner === "exact" ? payload.text : hexLines(bytes);
  const tools = (
    <span class="code-manners" role="group" aria-label="How it is shown">
      {manners.map((each) => (
        <button type="button" key={each} aria-pressed={each === manner} onClick={() => choose(each)}>
          {each}
        </button>
      ))}
    </span>
  );
  return (
    <Code
      text={text}
      label={`${label} · ${sizeWords(bytes.length)}`}
      json={manner === "readable"}
      keepLines={manner === "hex"}
      tools={tools}
    />
  );
}

function Coloured({ text }: { text: string }) {
  const parts = useMemo(() => pieces(text), [text]);
  return (
    <>
      {parts.map((piece, at) =>
        piece.kind === "sign" ? piece.text : (
          <span key={at} class={`j-${piece.kind}`}>
            {piece.text}
          </span>
        ),
      )}
    </>
  );
}

function bytesOf(payload: Payload): Uint8Array {
  if (payload.encoding !== "base64") return new TextEncoder().encode(payload.text);
  return Uint8Array.from(atob(payload.text), (sign) => sign.charCodeAt(0));
}
