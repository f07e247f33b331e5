// Pacing: how many messages of a template still go out, and those that wait.

import { useState } from "preact/hooks";
import { api, type Result } from "../../api/client.ts";
import type { Changes } from "../../api/live.ts";
import type { TemplateView } from "../../api/types.ts";
import { Button } from "../../parts/Button.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { Field } from "../../parts/Field.tsx";
import { useFollowed } from "../../parts/followed.ts";
import { Table } from "../../parts/Table.tsx";
import { Time } from "../../parts/Time.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import { href } from "../../shell/router.ts";
import { changed } from "./state.ts";

const HELD = {
  ask: (id: string) => api.get("/templates/{template_id}/held", { params: { template_id: id } }),
  concerns: ({ messages, world }: Changes) => messages.length > 0 || world.length > 0,
};

export function Pacing({ template }: { template: TemplateView }) {
  const [found, read] = useFollowed(template.id, HELD);
  const held = found?.ok ? found.value.held : [];
  const [count, setCount] = useState("10");
  const [dropping, setDropping] = useState(false);
  const params = { template_id: template.id };
  const act = async <T,>(done: Promise<Result<T>>, words: (value: T) => string): Promise<void> => {
    const result = await done;
    if (result.ok) toast(words(result.value));
    else toastFailure(result.failure);
    await Promise.all([read(), changed()]);
  };
  const pace = (pacing: number | null) =>
    act(api.patch("/templates/{template_id}", { pacing }, { params }), () =>
      pacing === null ? "It is paced no more" : `The next ${pacing} messages go out`,
    );
  const isBad = !/^\d{1,6}$/.test(count);
  return (
    <>
      <p class="soft">
        {template.pacing === null
          ? "It is not paced: every message goes out at once."
          : `${template.pacing} more ${template.pacing === 1 ? "message goes" : "messages go"} out; the others are held.`}
      </p>
      <div class="template-pair">
        <Field
          label="Messages that still go out"
          inputMode="numeric"
          value={count}
          error={isBad ? "Give a number from 0 to 999999." : null}
          onInput={setCount}
        />
        <Button disabled={isBad} onClick={() => void pace(Number(count))}>
          Pace it
        </Button>
        {template.pacing !== null && <Button onClick={() => void pace(null)}>End the pacing</Button>}
      </div>
      <section class="stack" aria-label="Held messages">
        <div class="row wrap">
          <h3 class="grow">Held messages</h3>
          <Button
            icon="send"
            disabled={held.length === 0}
            onClick={() =>
              void act(
                api.post("/templates/{template_id}/held/release", undefined, { params }),
                (done) => `${done.messages} released`,
              )
            }
          >
            Release all
          </Button>
          <Button icon="trash" disabled={held.length === 0} aria-haspopup="dialog" onClick={() => setDropping(true)}>
            Drop all
          </Button>
        </div>
        {held.length === 0 ? (
          <p class="faint">None is held. Pace the template, then send more messages than may go out.</p>
        ) : (
          <Table
            label="Held messages"
            items={held}
            keyOf={(each) => each.id}
            columns={[
              {
                id: "to",
                title: "To",
                cell: (each) => <a href={href(`/messages/${encodeURIComponent(each.id)}`)}>+{each.wa_id}</a>,
              },
              { id: "from", title: "From", wideOnly: true, cell: (each) => each.phone_number_id },
              { id: "at", title: "Since", cell: (each) => <Time at={each.at} /> },
            ]}
          />
        )}
      </section>
      <Confirm
        open={dropping}
        title="Drop what is held?"
        verb="Drop"
        onClose={() => setDropping(false)}
        onConfirm={() => {
          setDropping(false);
          void act(api.post("/templates/{template_id}/held/drop", undefined, { params }), (done) => `${done.messages} dropped`);
        }}
      >
        <p>Each of these messages fails with 132015, and the pacing goes on.</p>
      </Confirm>
    </>
  );
}
