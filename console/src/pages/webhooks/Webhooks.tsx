// What is told to webhooks: the log of deliveries, where they go, and why a signature does not fit.

import { useEffect, useRef } from "preact/hooks";
import { Button, LinkButton } from "../../parts/Button.tsx";
import { ListCount } from "../../parts/LiveList.tsx";
import { Notice } from "../../parts/Notice.tsx";
import { numbers } from "../../parts/numbers.ts";
import { PageFrame } from "../../parts/Page.tsx";
import { Split } from "../../parts/Split.tsx";
import { href, place } from "../../shell/router.ts";
import type { PageProps } from "../page.ts";
import { Delivery } from "./Delivery.tsx";
import { Endpoints } from "./Endpoints.tsx";
import { Log, Toolbar } from "./Log.tsx";
import { Replay } from "./Replay.tsx";
import { Signature } from "./Signature.tsx";
import { deliveries, pause, paused, waiting } from "./state.ts";
import { waitingWords } from "./words.ts";
import "./webhooks.css";

const VIEWS = [
  { path: "/webhooks", label: "Deliveries" },
  { path: "/webhooks/endpoints", label: "Where they go" },
  { path: "/webhooks/signature", label: "Check a signature" },
] as const;

const ABOUT: Readonly<Record<string, string>> = {
  "/webhooks/endpoints": "The addresses that are told of each number's events",
  "/webhooks/signature": "Paste what your receiver has, and see what differs",
};

export default function Webhooks({ params }: PageProps) {
  useEffect(deliveries.start, []);
  const at = place.value.path;
  const view = VIEWS.find((each) => each.path === at)?.path ?? "/webhooks";
  const log = view === "/webhooks";
  return (
    <PageFrame
      title="Webhooks"
      about={log ? <ListCount of={deliveries} /> : ABOUT[view]}
      actions={log && <Replay />}
      toolbar={
        <>
          <Views chosen={view} />
          <Paused />
          {log && <Toolbar />}
        </>
      }
      whole={log}
    >
      {log ? <Split list={<Log chosen={params["id"] ?? null} />} detail={params["id"] ? <Delivery id={params["id"]} /> : null} /> : null}
      {view === "/webhooks/endpoints" && <Endpoints />}
      {view === "/webhooks/signature" && <Signature />}
    </PageFrame>
  );
}

function Views({ chosen }: { chosen: string }) {
  const views = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where there is little room the last one begins out of view.
    views.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  return (
    <nav ref={views} class="webhook-views" aria-label="Of webhooks">
      {VIEWS.map(({ path, label }) => (
        <a key={path} href={href(path)} aria-current={path === chosen ? "page" : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}

/** Nobody should wonder why no webhook comes. */
function Paused() {
  const unset = numbers.value?.length && numbers.value.every((number) => number.webhook === null);
  return (
    <>
      {paused.value.map(({ phone_number_id: number }) => (
        <div class="webhook-paused" key={number}>
          <Notice tone="wait" title={`Webhooks of ${number} are paused`}>
            <div class="row wrap">
              <span class="grow">{waitingWords(waiting.value[number])}. Nothing is lost.</span>
              <Button icon="play" onClick={() => void pause(number, false)}>
                Let them go on
              </Button>
            </div>
          </Notice>
        </div>
      ))}
      {!!unset && place.value.path !== "/webhooks/endpoints" && (
        <div class="webhook-paused">
          <Notice title="No number has a webhook yet">
            <div class="row wrap">
              <span class="grow">Events are kept, but delivered to nobody.</span>
              <LinkButton to={href("/webhooks/endpoints")}>Set one</LinkButton>
            </div>
          </Notice>
        </div>
      )}
    </>
  );
}
