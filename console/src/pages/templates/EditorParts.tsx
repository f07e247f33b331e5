// The parts of the template editor's form.

import type { ComponentChildren } from "preact";
import { Button } from "../../parts/Button.tsx";
import { Field, Select, Switch } from "../../parts/Field.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { variablesOf } from "./definition.ts";
import { BLANK_CARD, type Draft, type DraftCard, type Place, withButtons } from "./draft.ts";
import { ButtonList, Words } from "./EditorInputs.tsx";
import { state } from "./state.ts";

/** What the server found wrong with a part of the form; null: nothing. */
export type Wrong = (place: Place) => string | null;

export interface Props {
  draft: Draft;
  change: (given: Partial<Draft>) => void;
  wrong: Wrong;
}

const CATEGORIES = [
  { value: "UTILITY", label: "Utility: about an order, a visit, an account" },
  { value: "MARKETING", label: "Marketing: offers, news, invitations" },
  { value: "AUTHENTICATION", label: "Authentication: a code to sign in" },
];
const HEADERS = [
  { value: "NONE", label: "None" },
  { value: "TEXT", label: "Text" },
  { value: "IMAGE", label: "Picture" },
  { value: "VIDEO", label: "Film" },
  { value: "GIF", label: "Moving picture" },
  { value: "DOCUMENT", label: "Document" },
  { value: "LOCATION", label: "Location" },
  { value: "PRODUCT", label: "Product" },
];
const LINK_HINT = "A link, or the handle of an upload. It is not fetched: only its place is taken.";

export function Section({
  title,
  about,
  place,
  children,
}: {
  title: string;
  about?: string;
  place: Place;
  children: ComponentChildren;
}) {
  return (
    <section class="card stack editor-part" data-place={place}>
      <div>
        <h2>{title}</h2>
        {about && <p class="soft">{about}</p>}
      </div>
      {children}
    </section>
  );
}

export function Kind({
  draft,
  change,
  wrong,
  isNew,
  account,
  onAccount,
}: Props & { isNew: boolean; account: string; onAccount: (id: string) => void }) {
  const { accounts } = state.value;
  return (
    <Section title="What it is" place="name">
      {isNew && accounts.length > 1 && (
        <Select
          label="Account"
          value={account}
          options={accounts.map((each) => ({ value: each.waba_id, label: `${each.name} · ${each.waba_id}` }))}
          onChange={onAccount}
        />
      )}
      {isNew && (
        <div class="template-pair even">
          <Field
            label="Name"
            value={draft.name}
            error={wrong("name")}
            hint="Lower-case letters, digits and underscores"
            placeholder="order_is_ready"
            required
            onInput={(name) => change({ name })}
          />
          <Field
            label="Language"
            value={draft.language}
            error={wrong("language")}
            hint="A code like en, en_US, de or pt_BR"
            onInput={(language) => change({ language })}
          />
        </div>
      )}
      <Select
        label="Category"
        value={draft.category}
        error={wrong("category")}
        options={CATEGORIES}
        onChange={(category) => change({ category, ...(category === "AUTHENTICATION" && { buttons: [] }) })}
      />
      {isNew && draft.category !== "AUTHENTICATION" && (
        <Switch
          label="Variables have names"
          hint={draft.named ? "{{first_name}}, {{order}}" : "They are numbered: {{1}}, {{2}}"}
          checked={draft.named}
          onChange={(named) =>
            change({
              named,
              body: renamed(draft.body, named),
              headerText: renamed(draft.headerText, named),
              examples: {},
              headerExamples: {},
            })
          }
        />
      )}
    </Section>
  );
}

export function Content({ draft, change, wrong }: Props) {
  const isFile = !["NONE", "TEXT", "LOCATION", "PRODUCT"].includes(draft.header);
  return (
    <>
      {draft.cards.length === 0 && (
        <Section title="Header" about="A line or a file above the words; it may be left out." place="header">
          <Select
            label="Kind of header"
            value={draft.header}
            error={isFile || draft.header === "TEXT" ? null : wrong("header")}
            hint={draft.header === "PRODUCT" ? "Each message says which product of which catalog" : undefined}
            options={HEADERS}
            onChange={(header) => change({ header })}
          />
          {draft.header === "TEXT" && (
            <Words
              label="Text of the header"
              text={draft.headerText}
              examples={draft.headerExamples}
              named={draft.named}
              error={wrong("header")}
              most={60}
              variables={1}
              onText={(headerText) => change({ headerText })}
              onExamples={(headerExamples) => change({ headerExamples })}
            />
          )}
          {isFile && (
            <Field
              label="Example"
              value={draft.handle}
              hint={LINK_HINT}
              error={wrong("header")}
              onInput={(handle) => change({ handle })}
            />
          )}
        </Section>
      )}
      <Section title="Text" place="body">
        <Words
          label="Words"
          text={draft.body}
          examples={draft.examples}
          named={draft.named}
          error={wrong("body")}
          most={1024}
          rows={5}
          onText={(body) => change({ body })}
          onExamples={(examples) => change({ examples })}
        />
      </Section>
      {draft.cards.length === 0 && (
        <Section title="Below the text" place="footer">
          <Field
            label="Footer"
            value={draft.footer}
            error={wrong("footer")}
            hint={`${draft.footer.length} of 60 characters; it may be left out and has no variables`}
            disabled={!!draft.offer}
            onInput={(footer) => change({ footer })}
          />
          {draft.category === "MARKETING" && (
            <>
              <Field
                label="Limited-time offer"
                value={draft.offer}
                error={wrong("offer")}
                hint={`${draft.offer.length} of 16 characters; it takes the place of the footer`}
                onInput={(offer) => change({ offer })}
              />
              {draft.offer && (
                <Switch
                  label="The offer ends"
                  hint="Each message says when"
                  checked={draft.offerEnds}
                  onChange={(offerEnds) => change({ offerEnds })}
                />
              )}
            </>
          )}
        </Section>
      )}
    </>
  );
}

export function Buttons({ draft, change, wrong }: Props) {
  return (
    <Section title="Buttons" about="Up to ten; quick replies stand together, before or after the others." place="buttons">
      <ButtonList
        buttons={draft.buttons}
        category={draft.category}
        error={wrong("buttons")}
        onChange={(buttons) => change(withButtons(draft, buttons))}
      />
    </Section>
  );
}

export function Cards({ draft, change, wrong }: Props) {
  const put = (at: number, card: Partial<DraftCard>): void =>
    change({ cards: draft.cards.map((each, place) => (place === at ? { ...each, ...card } : each)) });
  const error = wrong("cards");
  return (
    <Section
      title="Cards"
      about="A row of cards to leaf through, in the place of header, footer and buttons. All have the same parts."
      place="cards"
    >
      {error && <Notice tone="bad">{error}</Notice>}
      {draft.cards.map((card, at) => (
        <fieldset key={at} class="editor-card stack">
          <legend>Card {at + 1}</legend>
          <div class="template-pair even">
            <Select
              label="Kind of header"
              value={card.format}
              options={HEADERS.filter(({ value }) => ["IMAGE", "VIDEO", "PRODUCT"].includes(value))}
              onChange={(format) => change({ cards: draft.cards.map((each) => ({ ...each, format })) })}
            />
            {card.format !== "PRODUCT" && (
              <Field label="Example" value={card.handle} onInput={(handle) => put(at, { handle })} />
            )}
          </div>
          <Words
            label="Words"
            text={card.body}
            examples={card.examples}
            named={draft.named}
            error={null}
            most={160}
            rows={2}
            onText={(body) => put(at, { body })}
            onExamples={(examples) => put(at, { examples })}
          />
          <ButtonList
            buttons={card.buttons}
            category={draft.category}
            error={null}
            onChange={(buttons) => put(at, { buttons })}
          />
          <div class="row">
            <Button icon="trash" onClick={() => change({ cards: draft.cards.filter((_, place) => place !== at) })}>
              Take card {at + 1} away
            </Button>
          </div>
        </fieldset>
      ))}
      {draft.cards.length < 10 && (
        <div class="row">
          <Button icon="plus" onClick={() => change({ cards: [...draft.cards, draft.cards.at(-1) ?? BLANK_CARD] })}>
            {draft.cards.length === 0 ? "Begin a carousel" : "Add a card"}
          </Button>
        </div>
      )}
    </Section>
  );
}

/** Give the variables of a text names, or numbers. */
function renamed(text: string, named: boolean): string {
  return variablesOf(text).reduce(
    (made, name, at) => made.replaceAll(`{{${name}}}`, named ? `{{name_${at + 1}}}` : `{{${at + 1}}}`),
    text,
  );
}
