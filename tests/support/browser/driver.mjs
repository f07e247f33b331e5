// Drives one headless Chromium for the tests: a line of JSON each way. What it is told is written down in __init__.py.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [packages, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(`${packages}/`)("playwright-core");

// Nothing leaves the machine: every name but the loopback address leads nowhere.
const QUIET = [
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

const browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: QUIET });
const windows = new Map();
let last = 0;

/** A window of its own: a profile that knows nothing, and a record of what should not have happened. */
async function open({ origins, timeout, scripts, ...options }) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(timeout);
  const trouble = { strangers: [], dialogs: [], faults: [], complaints: [] };
  context.on("request", (request) => {
    const { protocol, origin: to } = new URL(request.url());
    if (protocol !== "blob:" && !origins.includes(to)) trouble.strangers.push(request.url().slice(0, 200));
  });
  context.on("dialog", (dialog) => {
    trouble.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  context.on("weberror", (error) => trouble.faults.push(String(error.error().stack ?? error.error())));
  context.on("console", (message) => {
    if (message.type() === "error") trouble.complaints.push(message.text());
  });
  for (const path of scripts ?? []) await context.addInitScript({ path });
  const page = await context.newPage();
  windows.set((last += 1), { context, page, trouble });
  return last;
}

/** Calls in a row, each on what the one before has returned: `[["getByRole", "button"], ["click"]]`. */
async function call(page, calls) {
  let there = page;
  for (const [name, ...given] of calls) {
    there = typeof there[name] === "function" ? await there[name](...given.map(revived)) : there[name];
  }
  return there ?? null;
}

function revived(value) {
  if (Array.isArray(value)) return value.map(revived);
  if (value === null || typeof value !== "object") return value;
  if ("$bytes" in value) return Buffer.from(value.$bytes, "base64");
  if ("$function" in value) return (0, eval)(`(${value.$function})`); // a script of a test, which runs in the page
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revived(each)]));
}

async function obey({ open: options, close, window: number, calls, trouble, busy }) {
  if (options) return open(options);
  if (busy) return busyMs(windows.get(busy));
  if (trouble) {
    const lists = Object.entries(windows.get(trouble).trouble);
    return Object.fromEntries(lists.map(([name, list]) => [name, list.splice(0)])); // told once
  }
  if (close) {
    const { context } = windows.get(close);
    windows.delete(close);
    return (await context.close()) ?? null;
  }
  return plain(await call(windows.get(number).page, calls));
}

/** How long the main thread of a window has been on a processor. */
async function busyMs(window) {
  window.session ??= await window.context.newCDPSession(window.page);
  await window.session.send("Performance.enable");
  const { metrics } = await window.session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "ThreadTime").value * 1000;
}

/** What is no JSON, such as the answer to a navigation, is nothing to tell. */
function plain(value) {
  const proto = value === null || typeof value !== "object" ? null : Object.getPrototypeOf(value);
  return proto === null || proto === Object.prototype || proto === Array.prototype ? value : null;
}

process.stdout.write(`${JSON.stringify({ result: browser.version() })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(JSON.parse(line)).then(
    (result) => ({ result }),
    (error) => ({ error: String(error.message ?? error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
