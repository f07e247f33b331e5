// Platform time: moved, stopped, set; and what hangs on it.

import { useEffect, useState } from "preact/hooks";
import { clockView, platformNow, readClock } from "../../api/clock.ts";
import { api } from "../../api/client.ts";
import type { ClockChange } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { Loading } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { exact, spanWords } from "../../parts/moments.ts";
import { PageFrame } from "../../parts/Page.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import { inputOf } from "./windows.ts";
import { Windows } from "./Windows.tsx";
import "./clock.css";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const MOVED_SECONDS = 2;

const STEPS = [
  { label: "+1 h", seconds: HOUR, about: "One hour ahead" },
  { label: "+24 h 1 min", seconds: DAY + 60, about: "Closes every customer service window" },
  { label: "+7 d", seconds: 7 * DAY, about: "Expires users' files, On-Premises tokens, webhook retries" },
  { label: "+30 d", seconds: 30 * DAY, about: "Expires uploaded files and undelivered messages" },
] as const;

/** What hangs on platform time, and after how long something happens by it. */
const DEPENDS: readonly (readonly [string, string])[] = [
  ["24 h", "A customer service window closes after the user's last message; then only templates go (131047)."],
  ["72 h", "A free entry point ends. It opens when the business answers an ad's user within 24 h."],
  ["24 h", "Messaging limits and the marketing limit per user count the last 24 hours."],
  ["10 min", "An authentication template that has not reached its user fails; other messages wait 30 days."],
  ["30 days", "An uploaded file expires; a file from a user does after 7 days."],
  ["7 days", "A webhook is retried this long, at growing intervals; then it is a dead letter."],
  ["7 days", "An On-Premises token expires, and so does an account's restriction."],
  ["24 h", "After a change of the app secret the old one still signs beside the new one."],
  ["at once", "What a fault rule delayed goes out when its time comes."],
  ["never", "Messages held by a template's pacing wait for a decision, not for the clock."],
];

export default function Clock() {
  useEffect(() => void readClock(), []);
  const view = clockView.value;
  return (
    <PageFrame title="Clock" about="Platform time: all of WhatsApp's rules go by it">
      {view ? (
        <div class="clock">
          <Face frozen={view.frozen} offset={view.offset_seconds} />
          <Windows move={(seconds) => move({ advance_seconds: seconds }, `The clock went on by ${spanWords(1000 * seconds)}.`)} />
          <Depends />
        </div>
      ) : (
        <Loading label="Reading the clock" />
      )}
    </PageFrame>
  );
}

function Face({ frozen, offset }: { frozen: boolean; offset: number }) {
  const [busy, setBusy] = useState<string | null>(null);
  const moved = Math.abs(offset) >= MOVED_SECONDS;
  const run = async (what: string, done: Promise<unknown>): Promise<void> => {
    setBusy(what);
    await done;
    setBusy(null);
  };
  return (
    <section class="card stack clock-face" aria-label="Platform time">
      <Now />
      <p class="row wrap">
        {frozen && <Badge tone="wait">Frozen</Badge>}
        <span class="soft">{offsetWords(offset, moved)}</span>
      </p>
      <div class="clock-steps" role="group" aria-label="Move the clock on">
        {STEPS.map(({ label, seconds, about }) => (
          <div key={label}>
            <Button
              icon="clock"
              busy={busy === label}
              disabled={busy !== null}
              onClick={() => void run(label, move({ advance_seconds: seconds }, `${label}: what became due happens now.`))}
            >
              {label}
            </Button>
            <p class="field-hint">{about}</p>
          </div>
        ))}
      </div>
      <SetTo />
      <div class="row wrap">
        {frozen ? (
          <Button icon="play" manner="main" onClick={() => void move({ frozen: false }, "The clock runs on from where it stood.")}>
            Let it run
          </Button>
        ) : (
          <Button icon="pause" onClick={() => void move({ frozen: true }, "The clock stands still.")}>
            Freeze
          </Button>
        )}
        <Button
          icon="refresh"
          disabled={(!moved && !frozen) || busy !== null}
          busy={busy === "real"}
          onClick={() => void run("real", backToReal())}
        >
          Back to real time
        </Button>
      </div>
      {moved && offset > 0 && (
        <Notice tone="info" title="Going back undoes nothing">
          What failed or was told meanwhile stays so, and its moments lie ahead then. Only a reset leads back to the start.
        </Notice>
      )}
    </section>
  );
}

function Now() {
  const at = new Date(platformNow.value);
  return (
    <p class="clock-now" title={exact(at.getTime())}>
      <time dateTime={at.toISOString()}>
        <span class="clock-time nums">{at.toLocaleTimeString(undefined, { hour12: false })}</span>
        <span class="clock-date">
          {at.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" })}
        </span>
      </time>
      <span class="faint mono">{at.toISOString().replace(/\.\d+Z/, "Z")}</span>
    </p>
  );
}

function SetTo() {
  const [value, setValue] = useState("");
  const wanted = value ? new Date(value) : null;
  const set = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!wanted || Number.isNaN(wanted.getTime())) return;
    if (await move({ now: wanted.toISOString() }, "The clock is set.")) setValue("");
  };
  return (
    <form class="clock-set" onSubmit={(event) => void set(event)}>
      <Field
        label="Set it to a moment"
        type="datetime-local"
        step={1}
        value={value}
        hint="In the time of this machine; from the year 2000 to 2100."
        onInput={setValue}
      />
      <Button onClick={() => setValue(inputOf(platformNow.peek()))}>Now</Button>
      <Button type="submit" disabled={!wanted || Number.isNaN(wanted.getTime())}>
        Set
      </Button>
    </form>
  );
}

function Depends() {
  return (
    <section class="card" aria-label="What goes by the clock">
      <h2>What goes by it</h2>
      <dl class="clock-depends">
        {DEPENDS.map(([after, sentence]) => (
          <div key={sentence}>
            <dt class="nums">{after}</dt>
            <dd>{sentence}</dd>
          </div>
        ))}
      </dl>
      <p class="soft">Signatures carry the machine's own time: receivers refuse what is some minutes off.</p>
    </section>
  );
}

function offsetWords(offset: number, moved: boolean): string {
  if (!moved) return "It is the machine's own time.";
  return `${spanWords(1000 * offset)} ${offset > 0 ? "ahead of" : "behind"} the machine.`;
}

async function move(change: ClockChange, said: string): Promise<boolean> {
  const done = await api.put("/clock", change);
  if (!done.ok) toastFailure(done.failure);
  else toast(said);
  await readClock();
  return done.ok;
}

/** First let it run, for then it is known by how much it is off. */
async function backToReal(): Promise<void> {
  const running = await api.put("/clock", { frozen: false });
  if (!running.ok) return toastFailure(running.failure);
  await move({ advance_seconds: -running.value.offset_seconds }, "The clock is the machine's again.");
}
