// Where the user writes: words, files, a place, a contact; in answer to a message if one was chosen.

import { useEffect, useRef, useState } from "preact/hooks";
import { Button, IconButton } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Field } from "../../parts/Field.tsx";
import { Icon, type IconName } from "../../parts/Icon.tsx";
import { sizeWords } from "../../parts/moments.ts";
import { type FileKind, kindOf, sendFile, shareContact, shareLocation, type Way, writeText } from "./actions.ts";
import type { Bubble } from "./chat.ts";
import { Quote } from "./BubbleView.tsx";

interface Props {
  way: Way;
  reply: Bubble | null;
  onDone: () => void;
}

interface Chosen {
  readonly kind: FileKind;
  readonly file: File;
}

type Asking = "location" | "contact" | null;

export function Composer({ way, reply, onDone }: Props) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [asking, setAsking] = useState<Asking>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (reply) box.current?.focus();
  }, [reply]);
  const send = async (): Promise<void> => {
    if (busy || (!chosen && !text.trim())) return;
    setBusy(true);
    const sent = await (chosen ? sendFile(way, chosen.kind, chosen.file, text.trim()) : writeText(way, text));
    setBusy(false);
    if (!sent) return;
    setText("");
    setChosen(null);
    onDone();
    box.current?.focus();
  };
  const typed = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && reply) return onDone();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <div class="composer">
      {reply && (
        <div class="composer-reply">
          <Quote of={reply} />
          <IconButton icon="close" label="Do not reply to it" onClick={onDone} />
        </div>
      )}
      {chosen && <ChosenFile chosen={chosen} onChange={setChosen} />}
      <form
        class="composer-line"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Attach onFile={setChosen} onAsk={setAsking} />
        <textarea
          ref={box}
          class="input"
          rows={1}
          aria-label={chosen ? "Caption" : "Message"}
          placeholder={chosen ? "Caption" : "Message"}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={typed}
        />
        <button
          type="submit"
          class="composer-send"
          aria-label="Send"
          title="Send"
          disabled={busy || (!chosen && !text.trim())}
        >
          <Icon name="send" />
        </button>
      </form>
      <PlaceDialog open={asking === "location"} way={way} onClose={() => setAsking(null)} />
      <ContactDialog open={asking === "contact"} way={way} onClose={() => setAsking(null)} />
    </div>
  );
}

const OFFERED: readonly { kind: FileKind; icon: IconName; label: string; accept: string }[] = [
  { kind: "image", icon: "image", label: "Photo or video", accept: "image/jpeg,image/png,video/mp4,video/3gpp" },
  { kind: "document", icon: "document", label: "Document", accept: "" },
  { kind: "audio", icon: "audio", label: "Audio", accept: "audio/*" },
  { kind: "voice", icon: "microphone", label: "Voice message (.ogg)", accept: "audio/ogg,.ogg,.opus" },
  { kind: "sticker", icon: "sticker", label: "Sticker (.webp)", accept: "image/webp" },
];

function Attach({ onFile, onAsk }: { onFile: (chosen: Chosen) => void; onAsk: (what: Asking) => void }) {
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !menu.current?.contains(event.target as Node))
        setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("keydown", away);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("keydown", away);
    };
  }, [open]);
  const ask = (what: Asking): void => {
    setOpen(false);
    menu.current?.querySelector("button")?.focus(); // it is there when the dialog gives the focus back
    onAsk(what);
  };
  return (
    <div class="attach" ref={menu}>
      <IconButton
        icon="attach"
        label="Attach"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      />
      {open && (
        <div class="attach-menu">
          {OFFERED.map(({ kind, icon, label, accept }) => (
            <label key={kind} class="attach-choice">
              <Icon name={icon} />
              <span>{label}</span>
              <input
                type="file"
                class="unseen"
                accept={accept}
                onChange={(event) => {
                  const file = event.currentTarget.files?.[0];
                  setOpen(false);
                  if (file) onFile({ kind: kind === "image" ? kindOf(file) : kind, file });
                }}
              />
            </label>
          ))}
          <button type="button" class="attach-choice" aria-haspopup="dialog" onClick={() => ask("location")}>
            <Icon name="location" />
            <span>Location</span>
          </button>
          <button type="button" class="attach-choice" aria-haspopup="dialog" onClick={() => ask("contact")}>
            <Icon name="contact" />
            <span>Contact</span>
          </button>
        </div>
      )}
    </div>
  );
}

function ChosenFile({ chosen, onChange }: { chosen: Chosen; onChange: (chosen: Chosen | null) => void }) {
  return (
    <div class="composer-file">
      <Icon name={chosen.kind === "voice" ? "microphone" : chosen.kind} />
      <span class="grow clip foreign">{chosen.file.name}</span>
      <span class="soft nums">{sizeWords(chosen.file.size)}</span>
      <IconButton icon="close" label="Do not send it" onClick={() => onChange(null)} />
    </div>
  );
}

interface AskProps {
  open: boolean;
  way: Way;
  onClose: () => void;
}

function PlaceDialog({ open, way, onClose }: AskProps) {
  const [place, setPlace] = useState({ latitude: "52.52", longitude: "13.405", name: "", address: "" });
  const set = (member: keyof typeof place) => (value: string) => setPlace({ ...place, [member]: value });
  const send = async (): Promise<void> => {
    const named = Object.fromEntries(
      [
        ["name", place.name],
        ["address", place.address],
      ].filter(([, value]) => value),
    );
    if (await shareLocation(way, { latitude: Number(place.latitude), longitude: Number(place.longitude), ...named }))
      onClose();
  };
  return (
    <Dialog open={open} title="Share a location" onClose={onClose} actions={<Share onClick={() => void send()} />}>
      <Field label="Latitude" inputMode="decimal" value={place.latitude} onInput={set("latitude")} />
      <Field label="Longitude" inputMode="decimal" value={place.longitude} onInput={set("longitude")} />
      <Field label="Name, if it has one" value={place.name} onInput={set("name")} />
      <Field label="Address, if it has one" value={place.address} onInput={set("address")} />
    </Dialog>
  );
}

function ContactDialog({ open, way, onClose }: AskProps) {
  const [name, setName] = useState("Ada Byron");
  const [phone, setPhone] = useState("+44 20 7946 0018");
  const send = async (): Promise<void> => {
    if (await shareContact(way, name, phone)) onClose();
  };
  return (
    <Dialog open={open} title="Share a contact" onClose={onClose} actions={<Share onClick={() => void send()} />}>
      <Field label="Name" value={name} onInput={setName} />
      <Field label="Phone" type="tel" value={phone} onInput={setPhone} />
    </Dialog>
  );
}

function Share({ onClick }: { onClick: () => void }) {
  return (
    <Button manner="main" icon="send" onClick={onClick}>
      Share
    </Button>
  );
}
