// "My signature check fails": what differs between the header that a receiver compares and the one that it should be.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { SignatureVerdict } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Code } from "../../parts/Code.tsx";
import { Field, Select, TextArea } from "../../parts/Field.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { numbers } from "../../parts/numbers.ts";
import { Tabs } from "../../parts/Tabs.tsx";
import { NODE, PYTHON } from "./snippets.ts";

type Encoding = "utf-8" | "base64";

interface Form {
  readonly number: string;
  readonly body: string;
  readonly header: string;
  readonly encoding: Encoding;
}

interface Answer {
  readonly verdict?: SignatureVerdict;
  readonly error?: string;
}

const WRITTEN = [
  { value: "utf-8", label: "text, as it came" },
  { value: "base64", label: "base64 of the raw bytes" },
];

export function Signature() {
  return (
    <div class="signature">
      <Check />
      <section class="stack" aria-label="Code that works">
        <h2>Code that works</h2>
        <p class="soft">
          Every webhook carries <span class="mono">X-Hub-Signature-256</span>: HMAC-SHA256 of the raw body, with the number's app
          secret as the key. The server printed the secret when it started; it is also in its ready file.
        </p>
        <Tabs
          label="Languages"
          tabs={[
            { id: "python", label: "Python", view: () => <Code text={PYTHON} label="Python, with FastAPI" /> },
            { id: "node", label: "Node", view: () => <Code text={NODE} label="Node, with Express" /> },
          ]}
        />
      </section>
    </div>
  );
}

function Check() {
  const known = numbers.value ?? [];
  const [form, setForm] = useState<Form>({ number: "", body: "", header: "", encoding: "utf-8" });
  const [answer, setAnswer] = useState<Answer>({});
  const [busy, setBusy] = useState(false);
  const number = form.number || (known[0]?.phone_number_id ?? "");
  const change = (part: Partial<Form>): void => {
    setForm((before) => ({ ...before, ...part }));
    setAnswer({});
  };
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const found = await api.post("/webhooks/signature", { ...form, number });
    setBusy(false);
    setAnswer(found.ok ? { verdict: found.value } : { error: found.failure.sentence });
  };
  return (
    <form class="card stack" onSubmit={(event) => void ask(event)}>
      <h2>What differs?</h2>
      <p class="soft">Take both from the same request, as your receiver has them in hand.</p>
      <Select
        label="Business number"
        value={number}
        options={known.map((each) => ({ value: each.phone_number_id, label: `${each.phone_number_id} · ${each.name}` }))}
        onChange={(value) => change({ number: value })}
      />
      <TextArea
        label="Body that your program signs"
        rows={9}
        value={form.body}
        placeholder={'{"object":"whatsapp_business_account", …'}
        onInput={(body) => change({ body })}
      />
      <Select
        label="The body above is"
        value={form.encoding}
        options={WRITTEN}
        hint="Browsers normalise line breaks in pasted text; base64 keeps every byte."
        onChange={(value) => change({ encoding: value as Encoding })}
      />
      <Field
        label="Header that it compares with"
        placeholder="sha256=…"
        value={form.header}
        spellcheck={false}
        onInput={(header) => change({ header })}
      />
      <div>
        <Button type="submit" manner="main" icon="search" busy={busy} disabled={!number || !form.body}>
          Compare
        </Button>
      </div>
      <div role="status" class="stack">
        {answer.error && <Notice tone="bad" title={answer.error} />}
        {answer.verdict && <Verdict of={answer.verdict} />}
      </div>
    </form>
  );
}

function Verdict({ of }: { of: SignatureVerdict }) {
  if (of.matches) {
    return (
      <Notice tone="good" title="They fit">
        This header is the signature of exactly this body. If your check fails all the same, it signs other bytes, or has another
        secret.
      </Notice>
    );
  }
  return (
    <>
      <Notice tone="bad" title="They do not fit">
        <ul class="signature-findings">
          {of.findings.map((finding) => (
            <li key={finding} class="foreign">
              {finding}
            </li>
          ))}
        </ul>
      </Notice>
      <Code text={`expected  ${of.expected}\ngiven     ${of.given}`} label="For this very body" />
    </>
  );
}
