// The message as code that brings it about again.

import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { MessageDetail, TemplateView } from "../../api/types.ts";
import { Code } from "../../parts/Code.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { curlOf, pythonOf } from "./code/programs.ts";
import { pytestOf } from "./code/pytest.ts";
import { members, word } from "./code/told.ts";

export function AsCode({ message }: { message: MessageDetail }) {
  const template = useTemplate(message);
  const origin = window.location.origin;
  const curl = useMemo(() => curlOf(message, origin), [message, origin]);
  const python = useMemo(() => pythonOf(message, origin), [message, origin]);
  const pytest = useMemo(() => pytestOf(message, template), [message, template]);
  return (
    <section class="card" aria-label="The message as code">
      <h2>As code</h2>
      <Tabs
        label="Language"
        tabs={[
          { id: "pytest", label: "pytest", view: () => <Code text={pytest} label="A test with the test kit" keepLines /> },
          { id: "curl", label: "curl", view: () => <Code text={curl} label="For a shell" /> },
          { id: "python", label: "Python", view: () => <Code text={python} label="A program" keepLines /> },
        ]}
      />
    </section>
  );
}

/** The definition of the template that a message names, as it is now. */
function useTemplate(message: MessageDetail): TemplateView | null {
  const [found, setFound] = useState<TemplateView | null>(null);
  const sent = message.type === "template" && message.direction === "outbound" ? members(members(message.body)["template"]) : {};
  const name = word(sent["name"]);
  const language = word(members(sent["language"])["code"]);
  useEffect(() => {
    if (!name) return;
    let isCurrent = true;
    void api.get("/templates").then((answer) => {
      if (!isCurrent || !answer.ok) return;
      setFound(answer.value.templates.find((each) => each.name === name && each.language === language) ?? null);
    });
    return () => {
      isCurrent = false;
    };
  }, [name, language]);
  return found;
}
