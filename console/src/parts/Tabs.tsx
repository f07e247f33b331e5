// Several views of one thing, one at a time.

import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Count } from "./Badge.tsx";
import "./layout.css";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly count?: number;
  readonly view: () => ComponentChildren;
}

/** Arrow keys go from tab to tab. `chosen` and `onChoose` are for who keeps the choice elsewhere, as in the address. */
export function Tabs(props: { tabs: readonly Tab[]; label: string; chosen?: string; onChoose?: (id: string) => void }) {
  const { tabs, label } = props;
  const name = useId();
  const [own, setOwn] = useState(tabs[0]?.id ?? "");
  const chosen = tabs.find((tab) => tab.id === (props.chosen ?? own)) ?? tabs[0];
  const choose = props.onChoose ?? setOwn;
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || !chosen) return;
    const next = tabs[(tabs.indexOf(chosen) + by + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    choose(next.id);
    document.getElementById(`${name}-${next.id}`)?.focus();
  };
  return (
    <div class="tabs">
      <div class="tab-list" role="tablist" aria-label={label} onKeyDown={step}>
        {tabs.map((tab) => (
          <button
            type="button"
            key={tab.id}
            id={`${name}-${tab.id}`}
            role="tab"
            aria-selected={tab === chosen}
            aria-controls={`${name}-view`}
            tabIndex={tab === chosen ? 0 : -1}
            onClick={() => choose(tab.id)}
          >
            {tab.label}
            {tab.count !== undefined && <Count of={tab.count} />}
          </button>
        ))}
      </div>
      <div class="tab-view" id={`${name}-view`} role="tabpanel" aria-labelledby={`${name}-${chosen?.id}`} key={chosen?.id}>
        {chosen?.view()}
      </div>
    </div>
  );
}
