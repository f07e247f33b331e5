// The tokens of programs: made, shown once, and taken back.

import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { NewToken, TokenRequest, TokenView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button, IconButton } from "../../parts/Button.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { Select } from "../../parts/Field.tsx";
import { FormDialog } from "../../parts/FormDialog.tsx";
import { Table } from "../../parts/Table.tsx";
import { Time } from "../../parts/Time.tsx";
import { query } from "../../shell/router.ts";
import { Secrets } from "./Secret.tsx";
import { act, read, state } from "./state.ts";

const SCOPES = [
  { value: "all", label: "Everything" },
  { value: "read", label: "Read, and nothing else" },
];
const REACHES = [
  { value: "number", label: "This number" },
  { value: "account", label: "Every number of its account" },
];

export function Tokens() {
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewToken | null>(null);
  const [taken, setTaken] = useState<TokenView | null>(null);
  const { tokens, numbers } = state.value;
  const name = (id: string): string => numbers?.find((number) => number.phone_number_id === id)?.name ?? "";
  const takeBack = async (): Promise<void> => {
    if (!taken) return;
    setTaken(null);
    await act(api.delete("/tokens/{token_id}", { params: { token_id: taken.id } }), "The token is taken back");
  };
  return (
    <>
      <div class="row wrap">
        <p class="soft tokens-about">
          A token is the Bearer token of the Cloud API and the D360-API-KEY of 360dialog. Tokens of On-Premises logins are
          listed, too.
        </p>
        <Button icon="key" aria-haspopup="dialog" onClick={() => setMaking(true)}>
          Make a token
        </Button>
      </div>
      {tokens.length === 0 ? (
        <EmptyState icon="key" title="No tokens">
          <p>No program can send: make a token for a number.</p>
        </EmptyState>
      ) : (
        <Table
          label="Tokens"
          items={tokens}
          keyOf={(token) => token.id}
          columns={[
            { id: "id", title: "Id", cell: (token) => <code>{token.id}</code> },
            {
              id: "for",
              title: "For",
              cell: (token) => (
                <>
                  <span class="nums">+{token.phone_number_id}</span>{" "}
                  <span class="faint foreign">{name(token.phone_number_id)}</span>
                </>
              ),
            },
            { id: "scope", title: "May", cell: (token) => <Scope token={token} /> },
            { id: "kind", title: "Kind", wideOnly: true, cell: (token) => token.kind },
            {
              id: "expires",
              title: "Expires",
              wideOnly: true,
              cell: (token) => (token.expires ? <Time at={token.expires} /> : "Never"),
            },
            {
              id: "do",
              title: "Take it back",
              titleUnseen: true,
              align: "right",
              cell: (token) => (
                <IconButton
                  icon="trash"
                  label={`Take the token ${token.id} back`}
                  aria-haspopup="dialog"
                  onClick={() => setTaken(token)}
                />
              ),
            },
          ]}
        />
      )}
      {making && (
        <Make
          onClose={() => setMaking(false)}
          onMade={(token) => {
            setMaking(false);
            setMade(token);
            void read();
          }}
        />
      )}
      {made && (
        <Secrets title={`A token for +${made.phone_number_id}`} secrets={[["Token", made.token]]} onClose={() => setMade(null)} />
      )}
      <Confirm
        open={taken !== null}
        title="Take the token back?"
        verb="Take it back"
        onConfirm={() => void takeBack()}
        onClose={() => setTaken(null)}
      >
        <p>
          Whoever uses <code>{taken?.id}</code>… is refused from now on. It cannot be given again.
        </p>
      </Confirm>
    </>
  );
}

function Scope({ token }: { token: TokenView }) {
  return (
    <span class="row wrap">
      <Badge tone={token.scope === "all" ? "good" : "info"}>{token.scope === "all" ? "All" : "Read"}</Badge>
      {token.reach === "account" && <Badge>Whole account</Badge>}
    </span>
  );
}

function Make({ onClose, onMade }: { onClose: () => void; onMade: (token: NewToken) => void }) {
  const numbers = state.value.numbers ?? [];
  const [number, setNumber] = useState(query.peek()["number"] ?? numbers[0]?.phone_number_id ?? "");
  const [scope, setScope] = useState("all");
  const [reach, setReach] = useState("number");
  return (
    <FormDialog
      title="Make a token"
      verb="Make it"
      ready={number !== ""}
      onSend={() => api.post("/tokens", { phone_number_id: number, scope, reach } as TokenRequest)}
      onDone={onMade}
      onClose={onClose}
    >
      <Select
        label="For the number"
        value={number}
        options={numbers.map((each) => ({ value: each.phone_number_id, label: `${each.name} · ${each.phone_number_id}` }))}
        onChange={setNumber}
      />
      <Select label="It may" value={scope} options={SCOPES} onChange={setScope} />
      <Select
        label="It acts for"
        hint="A whole account only on the paths of Meta"
        value={reach}
        options={REACHES}
        onChange={setReach}
      />
    </FormDialog>
  );
}
