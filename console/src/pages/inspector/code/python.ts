// Values as Python writes them.

const LINE = 88;

/** An expression that stands for itself: `media_id`, `first.id`. */
export class Name {
  constructor(readonly text: string) {}
}

/** A value as a Python literal; broken over lines, indented by `indent`, where it is too long for one. */
export function literal(value: unknown, indent = 0, taken = 0): string {
  const short = oneLine(value);
  if (indent + taken + short.length <= LINE || typeof value !== "object" || value === null || value instanceof Name) return short;
  const inside = " ".repeat(indent + 4);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const parts = Array.isArray(value)
    ? value.map((each) => literal(each, indent + 4, 1))
    : Object.entries(value).map(([key, each]) => `${quoted(key)}: ${literal(each, indent + 4, quoted(key).length + 3)}`);
  return `${open}\n${parts.map((part) => `${inside}${part},\n`).join("")}${" ".repeat(indent)}${close}`;
}

/** A text as a Python string. */
export function quoted(text: string): string {
  return `"${[...text].map(escaped).join("")}"`;
}

function oneLine(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value instanceof Name) return value.text;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  return `{${Object.entries(value).map(([key, each]) => `${quoted(key)}: ${oneLine(each)}`).join(", ")}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** What does not show, or turns the direction of what does, is written as its number. */
function escaped(sign: string): string {
  if (ESCAPES[sign]) return ESCAPES[sign];
  if (!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(sign)) return sign;
  const number = (sign.codePointAt(0) ?? 0).toString(16);
  return number.length <= 4 ? `\\u${number.padStart(4, "0")}` : `\\U${number.padStart(8, "0")}`;
}
