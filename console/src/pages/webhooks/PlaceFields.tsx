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
        hint="Loopback and private networks are fine: whoever is signed in here is trusted."
        onInput={(url) => onChange({ url: url.trim() })}
      />
      <Field
        label="Verify token (may be empty)"
        value={place.verifyToken}
        hint="With one the receiver is asked first, by GET, and has to answer with hub.challenge."
        onInput={(verifyToken) => onChange({ verifyToken })}
      />
      <TextArea
        label="Headers (may be empty)"
        rows={2}
        placeholder="Authorization: Bearer …"
        value={place.headers}
        hint={headersHint ?? "Every call carries them. One a line; they are not shown again."}
        error={typeof headers === "string" ? headers : null}
        onInput={(text) => onChange({ headers: text })}
      />
    </>
  );
}
