// The place of the page: loads its code when it is first asked for, and catches what it throws.

import { Component, type ComponentChildren, type ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button, LinkButton } from "../parts/Button.tsx";
import { EmptyState, Loading } from "../parts/EmptyState.tsx";
import type { Page } from "../pages/index.ts";
import type { PageProps } from "../pages/page.ts";
import { href, place } from "./router.ts";

interface Current {
  readonly page: Page;
  readonly params: Readonly<Record<string, string>>;
}

const loaded = new Map<Page, ComponentType<PageProps>>();

export function Outlet({ current }: { current: Current | null }) {
  if (!current) {
    return (
      <EmptyState icon="search" title="There is no such page">
        <p class="foreign">{place.value.path}</p>
        <LinkButton to={href("/")}>To the start</LinkButton>
      </EmptyState>
    );
  }
  return (
    <Safe key={place.value.path}>
      <Loaded key={current.page.path} page={current.page} params={current.params} />
    </Safe>
  );
}

function Loaded({ page, params }: Current) {
  const [, redraw] = useState(0);
  const [failed, setFailed] = useState(false);
  const Found = loaded.get(page);
  useEffect(() => {
    if (Found) return;
    page
      .load()
      .then((chunk) => {
        loaded.set(page, chunk.default);
        redraw((before) => before + 1);
      })
      .catch(() => setFailed(true));
  }, [page, Found]);
  if (Found) return <Found params={params} />;
  if (failed) return <Reload title="This page could not be loaded" />;
  return <Loading label={page.title} />;
}

class Safe extends Component<{ children: ComponentChildren }, { error: Error | null }> {
  override state = { error: null };

  override componentDidCatch(error: Error): void {
    console.error(error);
    this.setState({ error });
  }

  override render() {
    if (this.state.error) return <Reload title="This page has a fault" />;
    return this.props.children;
  }
}

function Reload({ title }: { title: string }) {
  return (
    <EmptyState icon="warning" title={title}>
      <p>The server may have been updated meanwhile, or it does not answer.</p>
      <Button icon="refresh" onClick={() => window.location.reload()}>
        Load the console anew
      </Button>
    </EmptyState>
  );
}
