// The settings in force, the state as a whole, and the session.

import { useEffect, useState } from "preact/hooks";
import { api, type Result } from "../../api/client.ts";
import type { SettingsView, SettingView } from "../../api/types.ts";
import { Badge, type Tone } from "../../parts/Badge.tsx";
import { LinkButton } from "../../parts/Button.tsx";
import { Code } from "../../parts/Code.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { FailureState, Loading } from "../../parts/EmptyState.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { SearchField, Switch } from "../../parts/Field.tsx";
import { PageFrame } from "../../parts/Page.tsx";
import { Sentence } from "../errors/words.tsx";
import { SignOut } from "./SignOut.tsx";
import { State } from "./State.tsx";
import { variablesOf, wantedOf } from "./shown.ts";
import "./settings.css";

const SOURCES: Readonly<Record<SettingView["source"], readonly [string, Tone]>> = {
  flag: ["option", "info"],
  environment: ["variable", "info"],
  file: ["waypost.toml", "info"],
  default: ["default", "plain"],
};

export default function Settings() {
  const [found, setFound] = useState<Result<SettingsView> | null>(null);
  const read = async (): Promise<void> => setFound(await api.get("/settings"));
  useEffect(() => void read(), []);
  return (
    <PageFrame title="Settings" about="The settings in force; restart the server to change them">
      {found === null ? (
        <Loading label="Reading the settings" />
      ) : !found.ok ? (
        <FailureState failure={found.failure} onRetry={() => void read()} />
      ) : (
        <div class="settings">
          <Server view={found.value} />
          <State />
          <All settings={found.value.settings} />
        </div>
      )}
    </PageFrame>
  );
}

function Server({ view }: { view: SettingsView }) {
  return (
    <section class="card stack" aria-label="The server">
      <h2>The server</h2>
      <Facts
        facts={[
          ["Version", view.version],
          ["Address", window.location.origin],
          ["Messages stored in", view.store],
          ["Files stored in", view.media],
          ["Role", view.role === "all" ? "everything" : view.role],
        ]}
      />
      <div class="row wrap">
        <LinkButton to="/_waypost/docs" icon="docs">
          API reference
        </LinkButton>
        <LinkButton to="/_waypost/openapi.json" icon="download" download="waypost-openapi.json">
          OpenAPI document
        </LinkButton>
        <SignOut />
      </div>
    </section>
  );
}

function All({ settings }: { settings: readonly SettingView[] }) {
  const [wanted, setWanted] = useState({ text: "", given: false });
  const shown = wantedOf(settings, wanted);
  const variables = variablesOf(settings);
  return (
    <section class="settings-all stack" aria-label="Settings in force">
      <h2>In force</h2>
      <div class="settings-tools" role="search" aria-label="Settings">
        <SearchField
          label="Search the settings"
          value={wanted.text}
          onInput={(text) => setWanted((before) => ({ ...before, text }))}
        />
        <Switch
          label="Only what was given"
          checked={wanted.given}
          onChange={(given) => setWanted((before) => ({ ...before, given }))}
        />
      </div>
      {shown.length === 0 ? (
        <p class="card soft">{wanted.text ? "No setting matches." : "Nothing was given: everything has its default."}</p>
      ) : (
        <ul class="card setting-list">
          {shown.map((setting) => (
            <Setting key={setting.name} setting={setting} />
          ))}
        </ul>
      )}
      {variables && <Code text={variables} label="What was given, for a shell; secrets are not shown" />}
    </section>
  );
}

function Setting({ setting }: { setting: SettingView }) {
  const [source, tone] = SOURCES[setting.source];
  return (
    <li>
      <div class="setting-what">
        <b class="mono">{setting.name}</b>
        <p class="soft">
          <Sentence text={setting.help} />
        </p>
      </div>
      <div class="setting-value">
        <p class="row">
          {setting.value === null ? (
            <span class="soft">
              <Sentence text={setting.default} />
            </span>
          ) : (
            <>
              <span class="mono foreign">{setting.value}</span>
              {setting.value !== "***" && <Copy text={setting.value} label={`Copy the value of ${setting.name}`} />}
            </>
          )}
        </p>
        <p class="row wrap">
          <Badge tone={tone}>{source}</Badge>
          {setting.source !== "default" && (
            <span class="faint">
              default: <Sentence text={setting.default} />
            </span>
          )}
        </p>
      </div>
      <div class="setting-names faint mono">
        <p class="row">
          {setting.option}
          <Copy text={setting.option} label={`Copy the option of ${setting.name}`} />
        </p>
        <p class="row">
          {setting.variable}
          <Copy text={setting.variable} label={`Copy the variable of ${setting.name}`} />
        </p>
      </div>
    </li>
  );
}
