// A call that told several updates at once: with which deliveries, and its exact bytes.

import type { BatchView } from "../api/types.ts";
import { href } from "../shell/router.ts";
import { Bytes } from "./Code.tsx";

const SHOWN = 20;

export function Batch({ batch, of }: { batch: BatchView; of: string }) {
  const others = batch.deliveries.filter((id) => id !== of);
  return (
    <section class="stack" aria-label={`The batch ${batch.id}`}>
      <p>
        It went in one call with {others.length === 0 ? "others that are stored no more" : ""}
        {others.slice(0, SHOWN).map((id, at) => (
          <span key={id}>
            {at > 0 && ", "}
            <a class="mono" href={href(`/webhooks/${id}`)}>
              {id}
            </a>
          </span>
        ))}
        {others.length > SHOWN && ` and ${(others.length - SHOWN).toLocaleString()} more`}, under the id{" "}
        <span class="mono">{batch.id}</span>.
      </p>
      {batch.body ? (
        <Bytes payload={batch.body} label="Body of the whole call" />
      ) : (
        <p class="soft">Its bytes cannot be shown: one of them is stored no more.</p>
      )}
    </section>
  );
}
