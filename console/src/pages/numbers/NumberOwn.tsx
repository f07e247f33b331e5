// What the owner of a number sets: its name, its callbacks, its webhook.

import { useState } from "preact/hooks";
import type { NumberChange } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { Field, Select, Switch, TextArea } from "../../parts/Field.tsx";
import { SetField } from "../../parts/SetField.tsx";
import { href } from "../../shell/router.ts";
import type { Changing } from "./changing.ts";

const DIALECTS = [
  { value: "cloud", label: "Cloud API" },
  { value: "onprem", label: "On-Premises" },
];
const SHAPES = [
  { value: "2026", label: "2026" },
  { value: "2025", label: "2025" },
];

export function Own({ number, put }: Changing) {
  return (
    <section class="card stack">
      <h2>Name and callbacks</h2>
      <SetField
        label="Name"
        value={number.name}
        verb="Rename"
        hint="Shown above the chat"
        isGood={Boolean}
        onSet={(name) => put({ name }, "The number has another name")}
      />
      <Select
        label="Callback dialect"
        value={number.callback_dialect}
        options={DIALECTS}
        onChange={(callback_dialect) => void put({ callback_dialect } as NumberChange, "Its webhook is told in other words")}
      />
      <SetField
        label="Graph API version"
        value={number.platform.graph_version}
        isGood={(version) => /^v\d{1,2}\.0$/.test(version)}
        onSet={(version) => put({ platform: { graph_version: version } }, `Callbacks are those of ${version}`)}
      />
      <Select
        label="Callback shape"
        hint="In 2026 Meta changed how webhooks describe prices and users"
        value={number.platform.webhook_shape}
        options={SHAPES}
        onChange={(webhook_shape) => void put({ platform: { webhook_shape } } as NumberChange, "Callbacks have another shape")}
      />
      <Switch
        label="Check identities"
        hint="Messages say whose keys they are meant for"
        checked={number.platform.identity_check}
        onChange={(identity_check) =>
          void put({ platform: { identity_check } }, identity_check ? "Identities are checked" : "Identities are not checked")
        }
      />
    </section>
  );
}

export function Webhook({ number, put, patch }: Changing) {
  const hook = number.webhook;
  const [url, setURL] = useState(hook?.url ?? "");
  const [token, setToken] = useState("");
  const [headers, setHeaders] = useState("");
  const [removing, setRemoving] = useState(false);
  const save = (event: Event): void => {
    event.preventDefault();
    const webhook = { url, verify_token: token || null, headers: headersOf(headers) };
    void put({ webhook }, token ? "The receiver has answered the challenge; events go there" : "Events go there from now on");
  };
  return (
    <section class="card stack">
      <div class="row wrap">
        <h2 class="grow">Webhook</h2>
        {hook?.disabled && <Badge tone="bad">It answered 410 Gone</Badge>}
        <a href={href("/webhooks", { number: number.phone_number_id })}>What was delivered</a>
      </div>
      <form class="stack" onSubmit={save}>
        <Field
          label="URL"
          type="url"
          value={url}
          placeholder="http://127.0.0.1:5000/webhook"
          required
          hint={
            hook
              ? `Headers sent with every call: ${hook.header_names.join(", ") || "none"}`
              : "No events are delivered until it is set"
          }
          onInput={setURL}
        />
        <Field
          label="Verify token"
          value={token}
          hint="If set, the receiver must first echo hub.challenge"
          onInput={setToken}
        />
        {!token && (
          <TextArea label="Headers" rows={2} value={headers} placeholder="Authorization: Basic …" onInput={setHeaders} />
        )}
        <div class="row wrap">
          <Button type="submit" disabled={!url}>
            {hook ? "Change the webhook" : "Set the webhook"}
          </Button>
          {hook && (
            <Button icon="trash" aria-haspopup="dialog" onClick={() => setRemoving(true)}>
              Remove
            </Button>
          )}
        </div>
      </form>
      <Switch
        label="Paused"
        hint="While paused, events wait in order; nothing is lost"
        checked={number.webhook_paused}
        onChange={(paused) => void patch({ webhook_paused: paused }, paused ? "Deliveries wait" : "Deliveries go on")}
      />
      <Confirm
        open={removing}
        title="Remove the webhook?"
        verb="Remove"
        onClose={() => setRemoving(false)}
        onConfirm={() => {
          setRemoving(false);
          setURL("");
          void put({ webhook: null }, "Events go nowhere");
        }}
      >
        <p>What waits to be delivered is cancelled.</p>
      </Confirm>
    </section>
  );
}

/** Return the headers of lines such as "Name: value". */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split("\n").map((line) => /^([^:]+):(.*)$/.exec(line));
  return Object.fromEntries(pairs.flatMap((found) => (found ? [[(found[1] ?? "").trim(), (found[2] ?? "").trim()]] : [])));
}
