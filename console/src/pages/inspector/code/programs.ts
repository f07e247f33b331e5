// A message as a command and as a program, to bring it about again.

import { literal } from "./python.ts";
import { type Coded, callOf } from "./told.ts";

const NO_CODE = "The request of this message is not stored as text.";

/** The request as curl sends it; the key is taken from the environment. */
export function curlOf(message: Coded, origin: string): string {
  const call = callOf(message);
  if (!call) return `# ${NO_CODE}`;
  return `${call.note ? `# ${call.note}\n` : ""}curl ${shell(origin + call.path)} \\
  -H "Authorization: Bearer $${call.key}" \\
  -H 'Content-Type: application/json' \\
  -d ${shell(call.body)}`;
}

/** The request as a Python program. */
export function pythonOf(message: Coded, origin: string): string {
  const call = callOf(message);
  const body = call && parsed(call.body);
  if (!call || body === null) return `# ${NO_CODE}`;
  return `import os

import requests

${call.note ? `# ${call.note}\n` : ""}body = ${literal(body, 0, 7)}
answer = requests.post(
    ${literal(origin + call.path)},
    json=body,
    headers={"Authorization": f"Bearer {os.environ['${call.key}']}"},
    timeout=10,
)
print(answer.status_code, answer.json())`;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A text as one word of a shell. */
export function shell(text: string): string {
  return /^[\w:/.,@%+=-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}
