// A server of its own for tests in Node: `waypost serve` as a process, and its control API.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export async function startWaypost(command = process.env.RUN_WAYPOST ?? "waypost") {
  const folder = mkdtempSync(join(tmpdir(), "waypost-"));
  const readyFile = join(folder, "ready.json");
  const options = ["serve", "--port", "0", "--data", join(folder, "data"), "--ready-file", readyFile];
  options.push("--log-level", "warning");
  // Settings of this machine must not reach a server that is made to be emptied.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("WAYPOST_")));
  const server = spawn(command, options, { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
  const isOver = new Promise((resolve) => server.once("exit", resolve));
  const ended = isOver.then(() => Promise.reject(new Error("the server ended; what it said stands above")));
  const started = until(() => existsSync(readyFile) && JSON.parse(readFileSync(readyFile)), 30);
  const ready = await Promise.race([started, ended]);
  const waypost = new Waypost(ready);
  const first = await waypost.control("GET", "/snapshot");
  return Object.assign(waypost, {
    anew: () => waypost.control("PUT", "/snapshot", first),
    stop: async () => {
      server.kill();
      await isOver;
      rmSync(folder, { recursive: true });
    },
  });
}

class Waypost {
  constructor(ready) {
    this.ready = ready;
    this.env = {
      WHATSAPP_BASE_URL: ready.base_url,
      WHATSAPP_PHONE_NUMBER_ID: ready.phone_number_id,
      WHATSAPP_ACCESS_TOKEN: ready.token,
      WHATSAPP_APP_SECRET: ready.app_secret,
    };
  }

  async control(method, path, body) {
    const answered = await fetch(`${this.ready.base_url}/_waypost/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.ready.admin_token}`, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!answered.ok) throw new Error(`${method} ${path} answered ${answered.status}: ${await answered.text()}`);
    return answered.json();
  }

  sendEventsTo(url) {
    return this.control("PUT", `/numbers/${this.ready.phone_number_id}`, { webhook: { url } });
  }

  phone(waId) {
    const path = `/phones/${waId}`;
    return {
      says: (text) => this.control("POST", `${path}/messages`, { type: "text", text: { body: text } }),
      taps: (message, button) => this.control("POST", `${path}/taps`, { message_id: message.id, button }),
      // The newest messages are the last ones; `fits` chooses the one that is waited for.
      gets: (fits, within = 2) =>
        until(async () => (await this.control("GET", `${path}/messages`)).messages.find(fits), within),
    };
  }
}

async function until(look, seconds) {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`nothing came within ${seconds} s`);
    await pause(10);
  }
}
