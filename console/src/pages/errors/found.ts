// Finding errors: plain functions, so that they can be tested.

import type { ErrorView } from "../../api/types.ts";

type Named = Pick<ErrorView, "name" | "code" | "title" | "onprem_code" | "onprem_answer_code" | "onprem_title" | "meaning" | "fix">;

/** The errors that all words of a search fit: digits the beginning of a code, other words any text. */
export function found<T extends Named>(errors: readonly T[], search: string): readonly T[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return errors.filter((error) => words.every((word) => fits(error, word)));
}

/** The error of a name, or the first of a code, the Cloud's before those of On-Premises. */
export function named<T extends Named>(errors: readonly T[], name: string): T | undefined {
  return (
    errors.find((error) => error.name === name) ??
    errors.find((error) => String(error.code) === name) ??
    errors.find((error) => codesOf(error).includes(name))
  );
}

/** Text in which `this` is code, as pieces. */
export function spans(text: string): readonly { readonly code: boolean; readonly text: string }[] {
  return text
    .split("`")
    .map((piece, at) => ({ code: at % 2 === 1, text: piece }))
    .filter((piece) => piece.text !== "");
}

function fits(error: Named, word: string): boolean {
  if (/^\d+$/.test(word)) return codesOf(error).some((code) => code.startsWith(word));
  const texts = [error.name, error.name.replace(/_/g, " "), error.title, error.onprem_title, error.meaning, error.fix];
  return texts.some((text) => text.toLowerCase().includes(word));
}

function codesOf(error: Named): readonly string[] {
  return [error.code, error.onprem_code, error.onprem_answer_code].map(String);
}
