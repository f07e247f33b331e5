// What goes wrong on purpose: the rules in force, and new ones from presets or a form.

import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { announce, type Changes } from "../../api/live.ts";
import type { NumberView, RuleRequest, RuleView } from "../../api/types.ts";
import { Badge, Count } from "../../parts/Badge.tsx";
import { Button, IconButton } from "../../parts/Button.tsx";
import { Confirm } from "../../parts/Dialog.tsx";
import { FailureState, Loading } from "../../parts/EmptyState.tsx";
import { useFollowed } from "../../parts/followed.ts";
import { Icon, type IconName } from "../../parts/Icon.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { toast, toastFailure } from "../../parts/Toast.tsx";
import { go, query } from "../../shell/router.ts";
import { named } from "../errors/found.ts";
import { state as errors, readErrors } from "../errors/state.ts";
import { wishFor } from "./form.ts";
import { Marketing } from "./Marketing.tsx";
import { SHELVES } from "./presets.ts";
import { RuleDialog } from "./RuleDialog.tsx";
import { asWished, countWords, ruleWords } from "./words.ts";
import "./rules.css";

const COUNTS_MS = 2_000;
const RULES = {
  ask: () => api.get("/rules"),
  concerns: ({ world }: Changes) => world.includes("rules") || world.includes("reset"),
  every: COUNTS_MS,
};

export default function Rules() {
  const [found, read] = useFollowed("", RULES);
  const [numbers, setNumbers] = useState<readonly NumberView[]>([]);
  const [asking, setAsking] = useState(false);
  const adding = useSignal<RuleRequest | null>(null);
  useEffect(() => {
    void api.get("/numbers").then((answer) => answer.ok && setNumbers(answer.value.numbers));
    const name = query.peek()["fail"]; // a link from an error's page leads here
    if (name) go("/rules", {}, true);
    void readErrors().then(() => {
      if (name) adding.value = wishFor(name, named(errors.peek().errors ?? [], name)?.when);
    });
  }, [adding]);
  const rules = found?.ok ? found.value.rules : [];
  const clear = async (): Promise<void> => {
    const done = await api.delete("/rules");
    if (!done.ok) return toastFailure(done.failure);
    setAsking(false);
    toast("Every rule is taken back.");
    announce({ world: ["rules"] });
  };
  return (
    <PageFrame
      title="Fault rules"
      about="Let things go wrong on purpose"
      actions={
        <Button icon="plus" manner="main" aria-haspopup="dialog" onClick={() => (adding.value = {})}>
          Add a rule
        </Button>
      }
    >
      <div class="rules">
        <section aria-label="In force" class="stack">
          <div class="row">
            <h2 class="row grow">
              In force {rules.length > 0 && <Count of={rules.length} />}
            </h2>
            {rules.length > 1 && (
              <Button icon="trash" manner="quiet" aria-haspopup="dialog" onClick={() => setAsking(true)}>
                Remove all
              </Button>
            )}
          </div>
          {found === null ? (
            <Loading label="Reading the rules" />
          ) : !found.ok ? (
            <FailureState failure={found.failure} onRetry={() => void read()} />
          ) : rules.length === 0 ? (
            <p class="card soft">No rule is in force. Take a preset from below: it can be narrowed down before it is added.</p>
          ) : (
            <ul class="rule-list card">
              {rules.map((rule) => (
                <Rule key={rule.id} rule={rule} />
              ))}
            </ul>
          )}
        </section>
        {SHELVES.map((shelf) => (
          <section key={shelf.title} aria-label={`Presets: ${shelf.title}`}>
            <h2>{shelf.title}</h2>
            <p class="soft rule-about">{shelf.about}</p>
            <div class="cards rule-presets">
              {shelf.presets.map((preset) => (
                <button
                  type="button"
                  class="card rule-preset"
                  key={preset.title}
                  aria-haspopup="dialog"
                  onClick={() => (adding.value = preset.wish)}
                >
                  <b>{preset.title}</b>
                  <span class="soft">{preset.about}</span>
                </button>
              ))}
            </div>
          </section>
        ))}
        <Marketing />
      </div>
      {adding.value && <RuleDialog wish={adding.value} numbers={numbers} onClose={() => (adding.value = null)} />}
      <Confirm
        open={asking}
        title="Remove every rule"
        verb="Remove all"
        onConfirm={() => void clear()}
        onClose={() => setAsking(false)}
      >
        <p>What they hold back goes out at once. What has failed by them stays failed.</p>
      </Confirm>
    </PageFrame>
  );
}

const KINDS = { request: "providers", webhook: "webhooks", message: "messages" } as const satisfies Record<string, IconName>;

function Rule({ rule }: { rule: RuleView }) {
  const kind = rule.path ? "request" : rule.webhook ? "webhook" : "message";
  const over = rule.next === 0;
  const remove = async (): Promise<void> => {
    const done = await api.delete("/rules/{rule_id}", { params: { rule_id: String(rule.id) } });
    if (!done.ok) return toastFailure(done.failure);
    toast(`Rule ${rule.id} is taken back.`);
    announce({ world: ["rules"] });
  };
  return (
    <li class={over ? "over" : ""}>
      <Icon name={KINDS[kind]} size={17} />
      <div class="grow">
        <p class="foreign rule-words">{ruleWords(asWished(rule))}</p>
        <p class="row wrap faint nums">
          <span>Rule {rule.id}</span>
          <Badge tone={over ? "plain" : rule.seen >= rule.every ? "wait" : "plain"}>{countWords(rule)}</Badge>
          {rule.fail && <span>On-Premises {onpremCode(rule)}</span>}
        </p>
      </div>
      <IconButton icon="trash" label={`Take rule ${rule.id} back`} onClick={() => void remove()} />
    </li>
  );
}

/** In an answer On-Premises has other codes than in a callback. */
function onpremCode({ fail, path }: RuleView): number | undefined {
  const error = named(errors.value.errors ?? [], fail?.name ?? "");
  return path ? error?.onprem_answer_code : error?.onprem_code;
}
