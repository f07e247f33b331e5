// Media providers: whose credentials links are fetched with.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { api, type Failure } from "../../api/client.ts";
import { onChanges } from "../../api/live.ts";
import type { NumberView, ProviderRequest, ProviderView } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button, IconButton } from "../../parts/Button.tsx";
import { JsonCode } from "../../parts/Code.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Field, Select } from "../../parts/Field.tsx";
import { FormDialog } from "../../parts/FormDialog.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import "./providers.css";

interface State {
  readonly providers: readonly ProviderView[] | null;
  readonly numbers: readonly NumberView[];
  readonly failure: Failure | null;
}

const state = signal<State>({ providers: null, numbers: [], failure: null });

async function read(): Promise<void> {
  const [providers, numbers] = await Promise.all([api.get("/providers"), api.get("/numbers")]);
  const before = state.peek();
  state.value = {
    providers: providers.ok ? providers.value.providers : before.providers,
    numbers: numbers.ok ? numbers.value.numbers : before.numbers,
    failure: providers.ok ? null : providers.failure,
  };
}

export default function Providers() {
  const [adding, setAdding] = useState(false);
  useEffect(() => {
    void read();
    return onChanges((changes) => (changes.all || changes.world.length > 0) && void read());
  }, []);
  const { providers, failure } = state.value;
  return (
    <PageFrame
      title="Providers"
      about="Logins for links to media that need one"
      actions={
        <Button icon="plus" manner="main" aria-haspopup="dialog" onClick={() => setAdding(true)}>
          Add a provider
        </Button>
      }
    >
      {providers === null &&
        (failure ? <FailureState failure={failure} onRetry={() => void read()} /> : <Loading label="Reading the providers" />)}
      {providers?.length === 0 && (
        <EmptyState icon="providers" title="No providers yet">
          <p>If your media links need a login, add a provider here and name it beside the link (On-Premises API):</p>
          <Example name="my_shop" />
        </EmptyState>
      )}
      {providers && providers.length > 0 && <List providers={providers} />}
      {adding && <Add onClose={() => setAdding(false)} />}
    </PageFrame>
  );
}

function Example({ name }: { name: string }) {
  const message = { type: "image", image: { link: "https://shop/bike.png", provider: { name } } };
  return <JsonCode value={message} label="An On-Premises message whose link is fetched with it" />;
}

function List({ providers }: { providers: readonly ProviderView[] }) {
  const [taken, setTaken] = useState<ProviderView | null>(null);
  const remove = async (): Promise<void> => {
    if (!taken) return;
    setTaken(null);
    const done = await api.delete("/providers/{provider}", {
      params: { provider: taken.name },
      query: { number: taken.phone_number_id },
    });
    if (done.ok) toast(`${taken.name} is deleted`);
    else toastFailure(done.failure);
    await read();
  };
  return (
    <div class="stack">
      <Table
        label="Providers"
        items={providers}
        keyOf={(provider) => `${provider.phone_number_id} ${provider.name}`}
        columns={[
          { id: "name", title: "Name", cell: (provider) => <b class="foreign">{provider.name}</b> },
          { id: "number", title: "Number", cell: (provider) => <span class="nums">+{provider.phone_number_id}</span> },
          {
            id: "by",
            title: "Proves itself by",
            cell: (provider) => <Badge>{provider.credentials === "basic" ? "Name and password" : "Bearer token"}</Badge>,
          },
          {
            id: "user",
            title: "User",
            wideOnly: true,
            cell: (provider) => <span class="foreign">{provider.username ?? ""}</span>,
          },
          {
            id: "do",
            title: "Delete",
            titleUnseen: true,
            align: "right",
            cell: (provider) => (
              <IconButton
                icon="trash"
                label={`Delete ${provider.name}`}
                aria-haspopup="dialog"
                onClick={() => setTaken(provider)}
              />
            ),
          },
        ]}
      />
      <div class="provider-example">
        <Example name={providers[0]?.name ?? ""} />
      </div>
      <Confirm
        open={taken !== null}
        title={`Delete ${taken?.name ?? ""}?`}
        verb="Delete"
        onConfirm={() => void remove()}
        onClose={() => setTaken(null)}
      >
        <p>Messages whose links name it are refused from now on.</p>
      </Confirm>
    </div>
  );
}

function Add({ onClose }: { onClose: () => void }) {
  const { numbers } = state.value;
  const [name, setName] = useState("");
  const [number, setNumber] = useState(numbers[0]?.phone_number_id ?? "");
  const [manner, setManner] = useState("basic");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [bearer, setBearer] = useState("");
  const replaces = state.value.providers?.some((each) => each.name === name && each.phone_number_id === number) ?? false;
  const add = () => {
    const config = manner === "basic" ? { basic: { username, password } } : { bearer };
    return api.post("/providers", { name, phone_number_id: number, type: "www", config } as ProviderRequest);
  };
  const added = (): void => {
    toast(replaces ? `${name} is changed` : `${name} is added`);
    onClose();
    void read();
  };
  return (
    <FormDialog title="Add a provider" verb={replaces ? "Replace it" : "Add it"} onSend={add} onDone={added} onClose={onClose}>
      <Field
        label="Name"
        value={name}
        required
        autoFocus
        placeholder="my_shop"
        hint={replaces ? "There is one of this name: it is replaced" : "Letters, digits, - and _; links name it"}
        onInput={setName}
      />
      <Select
        label="For the number"
        value={number}
        options={numbers.map((each) => ({ value: each.phone_number_id, label: `${each.name} · ${each.phone_number_id}` }))}
        onChange={setNumber}
      />
      <Select
        label="Signs in with"
        value={manner}
        options={[
          { value: "basic", label: "Name and password" },
          { value: "bearer", label: "Bearer token" },
        ]}
        onChange={setManner}
      />
      {manner === "basic" ? (
        <>
          <Field label="User" value={username} required onInput={setUsername} />
          <Field label="Password" type="password" autocomplete="off" value={password} required onInput={setPassword} />
        </>
      ) : (
        <Field label="Token" type="password" autocomplete="off" value={bearer} required onInput={setBearer} />
      )}
    </FormDialog>
  );
}
