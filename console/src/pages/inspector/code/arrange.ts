// How things were when a message was sent, as lines of a test that puts them so.

import type { FindingView, MediaView, TemplateView } from "../../../api/types.ts";
import { literal, Name, quoted } from "./python.ts";
import { type Coded, elements, members, word } from "./told.ts";

const FILES = new Set(["image", "video", "audio", "document", "sticker"]);
/** The templates of every new server. */
const SAMPLES = new Set(
  ["hello_world", "repair_ready", "repair_ready_named", "parcel_update", "boarding_reminder", "spring_offer", "login_code"],
);

/** No name ever ends so. */
const NOWHERE = "https://invalid/file";

/** The lines before the message is sent, for one that went out. */
export function situationOf(message: Coded, template: TemplateView | null): readonly string[] {
  const failed = failedFinding(message);
  return [
    ...(template ? templateLines(template) : []),
    ...chatLines(message, failed),
    ...(failed ? faultLines(message, failed) : []),
    ...(isOffline(message) ? ["user.goes_offline()"] : []),
    ...receiverLines(message),
  ];
}

/** The receiver fails at first, if it did. */
export function receiverLines(message: Coded): readonly string[] {
  const first = message.deliveries.flatMap((delivery) => delivery.attempts).find((attempt) => attempt.status !== 200);
  if (!first) return [];
  const said = first.status === null ? "gave no answer" : `answered ${first.status}`;
  return [`# The receiver ${said} at first, and is told again.`, `waypost.webhooks.answer(${first.status ?? 503})`];
}

export function failedFinding(message: Coded): FindingView | null {
  return message.why ? (message.findings.find((finding) => finding.verdict === "failed") ?? null) : null;
}

/** Whether it failed for what was found behind its link. */
function hasBadLink(message: Coded): boolean {
  const failed = failedFinding(message);
  const isOfFile = failed?.subject === "link" || failed?.subject === "media";
  return isOfFile && message.why?.name === "media_failed" && message.media === null;
}

export function isOffline(message: Coded): boolean {
  return message.findings.some((each) => each.subject === "recipient" && each.verdict === "waited" && each.facts["online"] === false);
}

/** The body with files of the test's own in it, and the lines that upload them; of a message that failed as it was. */
export function bodyOf(message: Coded, body: unknown): { readonly body: unknown; readonly uploads: readonly string[] } {
  const files = [message.media, ...message.more_media].filter((file) => file !== null);
  const uploads: string[] = [];
  const walk = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => walk(each, key));
    if (typeof value !== "object" || value === null) return value;
    const inside = value as Readonly<Record<string, unknown>>;
    const file = FILES.has(key) && (inside["id"] || inside["link"]) ? files[uploads.length] : undefined;
    if (FILES.has(key) && inside["link"] && hasBadLink(message)) return { ...inside, link: NOWHERE };
    if (!file || message.why) {
      return Object.fromEntries(Object.entries(inside).map(([name, each]) => [name, repliedTo(name, each, key) ?? walk(each, name)]));
    }
    const name = uploads.length === 0 ? "media_id" : `media_id_${uploads.length + 1}`;
    uploads.push(`${name} = upload(waypost, ${fileOf(file)}, ${quoted(file.mime_type)})`);
    const { id: _, link: __, ...rest } = inside;
    return { id: new Name(name), ...rest };
  };
  return { body: walk(body, ""), uploads };
}

/** The file of a message, as it lies beside the test. */
export function fileOf(file: MediaView): string {
  return `Path(__file__).with_name(${quoted(file.filename ?? `${file.mime_type.split("/", 1)[0]}-${file.id}`)})`;
}

function repliedTo(name: string, value: unknown, within: string): Name | null {
  const refers = name === "message_id" && (within === "context" || within === "reaction");
  return refers && typeof value === "string" ? new Name("first.id") : null;
}

/** The user has written before, unless that is why it failed. */
function chatLines(message: Coded, failed: FindingView | null): readonly string[] {
  const body = members(message.body);
  const refers = message.type === "reaction" || word(members(body["context"])["message_id"]);
  if (refers) return ['first = user.says("Hello")'];
  if (message.type === "template" || (failed && ("magic" in failed.facts || failed.facts["last_inbound"] === null))) return [];
  return ['user.says("Hello")'];
}

function faultLines(message: Coded, { subject, facts, sentence }: FindingView): readonly string[] {
  if (subject === "window") {
    const age = facts["age_seconds"];
    return typeof age === "number" ? [`waypost.clock.advance(seconds=${Math.ceil(age)})`] : [];
  }
  if (subject === "recipient" && facts["blocked"] === true) return ["user.blocks()"];
  if (subject === "recipient" && facts["on_whatsapp"] === false) return ["user.changes(on_whatsapp=False)"];
  if ("magic" in facts) return [];
  const rule = `waypost.rules.fail(${quoted(message.why?.name ?? "")}, times=1)`;
  if (hasBadLink(message)) return [`# ${comment(sentence)}`, "# The link below leads nowhere, which fails alike and needs no network."];
  return "fault_rule" in facts ? [rule] : [`# ${comment(sentence)}`, "# The test needs nothing of that: a fault rule says so.", rule];
}

function templateLines(template: TemplateView): readonly string[] {
  if (SAMPLES.has(template.name)) return [];
  const parts = elements(template.components).map(members);
  const part = (type: string) => parts.find((each) => each["type"] === type) ?? {};
  const header = part("HEADER");
  if (parts.some((each) => each["type"] === "CAROUSEL") || (header["format"] && header["format"] !== "TEXT")) {
    return [`# Make the template ${template.name} first: with POST /{waba_id}/message_templates.`];
  }
  const buttons = elements(part("BUTTONS")["buttons"]).map(members);
  const shown = buttons.map((button) => (button["type"] === "QUICK_REPLY" ? button["text"] : button));
  const options: [string, unknown][] = [
    ["header", word(header["text"])],
    ["footer", word(part("FOOTER")["text"])],
    ["buttons", shown.length > 0 ? shown : undefined],
    ["category", template.category],
    ["language", template.language],
  ];
  const given = options.filter(([, value]) => value !== undefined).map(([name, value]) => `    ${name}=${literal(value, 8)},`);
  return [
    "waypost.template(",
    `    ${quoted(template.name)},`,
    `    ${quoted(word(part("BODY")["text"]) ?? "")},`,
    ...given,
    ")",
  ];
}

/** Text of strangers in a comment: it must not end it. */
function comment(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
