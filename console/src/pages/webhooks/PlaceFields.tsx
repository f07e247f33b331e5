// What every webhook has: an address, a token to be asked with, headers.

import { Field, TextArea } from "../../parts/Field.tsx";
import { headersOf, urlError } from "./forms.ts";

export interface Place {
  readonly url: string;
  readonly verifyToken: string;
  /** "Name: value", one a line. */
  readonly headers: string;
}

interface PlaceFieldsProps {
  place: Place;
  onChange: (part: Partial<Place>) => void;
  headersHint?: string | undefined;
}

export function PlaceFields({ place, onChange, headersHint }: PlaceFieldsProps) {
  const headers = headersOf(place.headers);
  return (
    <>
      <Field
        label="Address"
        type="url"
        inputMode="url"
        autoFocus
        placeholder="http://127.0.0.1:8000/webhook"
        value={place.url}
        error={urlError(place.url)}
        hint="Loopback and private addresses are allowed: the operator is trusted."
        onInput={(url) => onChange({ url: url.trim() })}
      />
      <Field
        label="Verify token (optional)"
        value={place.verifyToken}
        hint="If set, the receiver is first asked by GET and must echo hub.challenge."
        onInput={(verifyToken) => onChange({ verifyToken })}
      />
      <TextArea
        label="Headers (optional)"
        rows={2}
        placeholder="Authorization: Bearer …"
        value={place.headers}
        hint={headersHint ?? "Sent with every call, one per line; they are not shown again."}
        error={typeof headers === "string" ? headers : null}
        onInput={(text) => onChange({ headers: text })}
      />
    </>
  );
}
