// What the platform thinks of a number: play it.

import { useState } from "preact/hooks";
import type { NumberPatch } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { Field, Select, Switch } from "../../parts/Field.tsx";
import { SetField } from "../../parts/SetField.tsx";
import { qualityWord, wordOf } from "../templates/state.ts";
import type { Changing } from "./changing.ts";
import { tierWord } from "./state.ts";

const QUALITIES = ["GREEN", "YELLOW", "RED", "UNKNOWN"].map((value) => ({ value, label: qualityWord(value) }));
const TIERS = ["TIER_50", "TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"].map((value) => ({
  value,
  label: tierWord(value),
}));
const PACES = [20, 80, 1000].map((value) => ({ value: String(value), label: `${value.toLocaleString()} messages a second` }));
const NAMES = ["APPROVED", "DECLINED", "PENDING_REVIEW", "AVAILABLE_WITHOUT_REVIEW", "EXPIRED", "NONE"].map((value) => ({
  value,
  label: wordOf(value),
}));

export function Regard({ number, patch }: Changing) {
  return (
    <section class="card stack">
      <div>
        <h2>Quality and limits</h2>
        <p class="soft">You play the platform: the webhook is notified as WhatsApp would do it.</p>
      </div>
      <Select
        label="Quality"
        value={number.quality}
        options={QUALITIES}
        onChange={(quality) => void patch({ quality } as NumberPatch, `Its quality is ${qualityWord(quality).toLowerCase()}`)}
      />
      <Select
        label="Messaging limit"
        value={number.tier}
        options={TIERS}
        onChange={(tier) => void patch({ tier } as NumberPatch, tierWord(tier))}
      />
      <Select
        label="Throughput"
        hint="After a raise the number cannot send for a minute"
        value={String(number.throughput)}
        options={PACES}
        onChange={(pace) => void patch({ throughput: Number(pace) } as NumberPatch, `${pace} messages a second`)}
      />
      <Switch
        label="Test number"
        hint="It writes to five users at most, and only to those that are listed"
        checked={number.test_recipients !== null}
        onChange={(isTest) =>
          void patch({ test_recipients: isTest ? [] : null }, isTest ? "It is a test number" : "It is an ordinary number")
        }
      />
      {number.test_recipients !== null && (
        <SetField
          label="Users it may write to"
          value={number.test_recipients.join(", ")}
          placeholder="15550001111, 15550002222"
          onSet={(users) => {
            const test_recipients = listOf(users).map((each) => each.replace(/\D/g, ""));
            return patch({ test_recipients }, "It writes to these users only");
          }}
        />
      )}
      <SetField
        label="Products that its catalog lacks"
        value={number.missing_products.join(", ")}
        placeholder="None: it holds every product"
        onSet={(missing) => patch({ missing_products: listOf(missing) }, "Its catalog lacks these products")}
      />
    </section>
  );
}

export function Registration({ number, patch }: Changing) {
  const [reason, setReason] = useState("");
  const [deleting, setDeleting] = useState(false);
  return (
    <section class="card stack">
      <h2>Registration and name</h2>
      <Switch
        label="Registered"
        hint="An unregistered number cannot send: error 133010"
        checked={number.registered}
        onChange={(registered) => void patch({ registered }, registered ? "It is registered" : "It is not registered")}
      />
      <Switch
        label="Verified"
        checked={number.verified}
        onChange={(verified) => void patch({ verified }, verified ? "It is verified" : "It is not verified")}
      />
      <Select
        label="Status of the name"
        value={number.name_status}
        options={NAMES}
        onChange={(name_status) => void patch({ name_status } as NumberPatch, `The name is ${wordOf(name_status).toLowerCase()}`)}
      />
      {number.new_name !== null && (
        <div class="stack number-asked">
          <p>
            <Badge tone="info">Asked for</Badge> <b class="foreign">{number.new_name}</b>
          </p>
          <Field label="Reason, if it is declined" value={reason} onInput={setReason} />
          <div class="row wrap">
            <Button icon="check" onClick={() => void patch({ name_status: "APPROVED" }, "The name is approved")}>
              Approve the name
            </Button>
            <Button
              icon="close"
              onClick={() => void patch({ name_status: "DECLINED", name_reason: reason || null }, "The name is declined")}
            >
              Decline it
            </Button>
          </div>
        </div>
      )}
      <div class="row">
        <Button icon="trash" aria-haspopup="dialog" onClick={() => setDeleting(true)}>
          Delete it on the platform …
        </Button>
      </div>
      <Confirm
        open={deleting}
        title={`Let +${number.phone_number_id} be deleted?`}
        verb="Delete"
        onClose={() => setDeleting(false)}
        onConfirm={() => {
          setDeleting(false);
          void patch({ deleted: true }, "It is as one that was deleted just now");
        }}
      >
        <p>
          It stays here, as a number that was deleted on the platform just now: registering it again is refused for a while, as
          WhatsApp does.
        </p>
      </Confirm>
    </section>
  );
}

export function AppSecret({ patch }: Changing) {
  const [rotating, setRotating] = useState(false);
  return (
    <section class="card stack">
      <div>
        <h2>App secret</h2>
        <p class="soft">
          It signs the webhooks. For a day of platform time the former one signs beside the new one, in the header
          webhook-signature.
        </p>
      </div>
      <SetField
        label="New secret"
        type="password"
        value=""
        verb="Change"
        isGood={(secret) => /^[\x21-\x7e]{1,256}$/.test(secret)}
        onSet={(app_secret) => patch({ app_secret }, "The app secret is changed")}
      />
      <div class="row">
        <Button icon="refresh" aria-haspopup="dialog" onClick={() => setRotating(true)}>
          Generate a new one
        </Button>
      </div>
      <Confirm
        open={rotating}
        title="Generate a new app secret?"
        verb="Make it"
        onClose={() => setRotating(false)}
        onConfirm={() => {
          setRotating(false);
          void patch({ rotate_app_secret: true }, "The app secret is new");
        }}
      >
        <p>Receivers that check signatures need the new one. It is shown once.</p>
      </Confirm>
    </section>
  );
}

function listOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((each) => each.trim())
    .filter(Boolean);
}
