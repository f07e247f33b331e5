// Headers of a request or an answer, as they were.

import { Code } from "../../parts/Code.tsx";

export function Headers({ headers, label }: { headers: Readonly<Record<string, string>>; label: string }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (lines.length === 0) return null;
  return <Code text={lines.join("\n")} label={label} />;
}
