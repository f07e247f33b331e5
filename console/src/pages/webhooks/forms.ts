// What is filled in for a webhook: plain functions, so that they can be tested.

/** The webhook fields that an endpoint can be narrowed down to. */
export const FIELDS: readonly string[] = [
  "account_alerts",
  "account_review_update",
  "account_update",
  "automatic_events",
  "business_capability_update",
  "calls",
  "flows",
  "history",
  "message_template_components_update",
  "message_template_quality_update",
  "message_template_status_update",
  "messages",
  "partner_solutions",
  "payment_configuration_update",
  "phone_number_name_update",
  "phone_number_quality_update",
  "security",
  "smb_app_state_sync",
  "smb_message_echoes",
  "template_category_update",
  "user_preferences",
];

/** Read headers that are written as "Name: value", one a line; a string says what is wrong. */
export function headersOf(text: string): Readonly<Record<string, string>> | string {
  const found: Record<string, string> = {};
  for (const line of text.split("\n").filter((each) => each.trim())) {
    const at = line.indexOf(":");
    const name = line.slice(0, at).trim();
    if (at < 1 || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return `"${line.trim()}" is not of the form "Name: value".`;
    found[name] = line.slice(at + 1).trim();
  }
  return found;
}

/** Say what is wrong with the address of a webhook; null if nothing is. */
export function urlError(url: string): string | null {
  if (!url) return null;
  try {
    const { protocol } = new URL(url);
    return protocol === "http:" || protocol === "https:" ? null : "It begins with http:// or https://.";
  } catch {
    return "It is a whole address, such as http://127.0.0.1:8000/webhook.";
  }
}
