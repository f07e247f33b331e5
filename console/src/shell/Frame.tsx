// What stands around every page: navigation at the side, or a bar below where there is little room.

import { computed } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, session } from "../api/client.ts";
import { feedState } from "../api/live.ts";
import { Button, IconButton } from "../parts/Button.tsx";
import { Sheet } from "../parts/Dialog.tsx";
import { Icon } from "../parts/Icon.tsx";
import { toastFailure } from "../parts/Toast.tsx";
import { GROUPS, type Page, pages } from "../pages/index.ts";
import { Brand } from "./Brand.tsx";
import { Outlet } from "./Outlet.tsx";
import { PlatformClock } from "./PlatformClock.tsx";
import { href, match, place } from "./router.ts";
import { type Choice, choice, choose } from "./theme.ts";
import "./shell.css";

/** The page of the place, and the variables of its path. */
export const current = computed(() => {
  const path = place.value.path === "/" ? (pages[0]?.path ?? "/") : place.value.path;
  for (const page of pages) {
    const params = match(page.path, path);
    if (params) return { page, params };
  }
  return null;
});

export function Frame() {
  const [open, setOpen] = useState(false);
  const path = place.value.path;
  useArrival(path, () => setOpen(false));
  useShortcuts();
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={skip}>
        Skip to the page
      </a>
      <aside class="side">
        <a class="side-brand" href={href("/")} aria-label="Waypost, to the start">
          <Brand />
        </a>
        <Navigation label="Pages" />
        <div class="side-foot">
          <PlatformClock />
          <Feed />
          <ThemeChoice />
          <Leave />
        </div>
      </aside>
      <main id="main" tabIndex={-1}>
        <Outlet current={current.value} />
      </main>
      <nav class="bar" aria-label="Main pages">
        {pages.filter((page) => page.bar).slice(0, 4).map((page) => (
          <NavLink key={page.path} page={page} />
        ))}
        <button type="button" class="nav-link" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          <Icon name="menu" />
          <span>Menu</span>
        </button>
      </nav>
      <Sheet open={open} title="Waypost" onClose={() => setOpen(false)}>
        <Navigation label="All pages" />
        <PlatformClock />
        <Feed />
        <ThemeChoice />
        <Leave />
      </Sheet>
    </div>
  );
}

/** Whoever comes to another page by keyboard goes on from its beginning. */
function useArrival(path: string, arrive: () => void): void {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    arrive();
    document.querySelector<HTMLDialogElement>("dialog[open]")?.close(); // while it is open nothing else takes the focus
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [path, arrive]);
}

/** "/" goes to the page's search, as in many tools. */
function useShortcuts(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const typing = event.target instanceof Element && event.target.closest("input, textarea, select, dialog");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      const search = document.querySelector<HTMLInputElement>("main input[type=search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

function skip(event: Event): void {
  event.preventDefault(); // the part after "#" is the place
  document.getElementById("main")?.focus();
}

function Navigation({ label }: { label: string }) {
  return (
    <nav class="nav" aria-label={label}>
      {GROUPS.map((group) => {
        const inside = pages.filter((page) => page.group === group);
        return inside.length === 0 ? null : (
          <div key={group} class="nav-group">
            <h2>{group}</h2>
            {inside.map((page) => (
              <NavLink key={page.path} page={page} />
            ))}
          </div>
        );
      })}
      <div class="nav-group">
        <h2>Reference</h2>
        <a class="nav-link" href="/_waypost/docs" target="_blank" rel="noreferrer">
          <Icon name="docs" />
          <span class="grow">API</span>
          <Icon name="external" size={13} />
        </a>
      </div>
    </nav>
  );
}

function NavLink({ page }: { page: Page }) {
  const shown = current.value?.page;
  const chosen = shown === page || shown?.within === page.path;
  return (
    <a class="nav-link" href={href(page.path)} aria-current={chosen ? "page" : undefined}>
      <Icon name={page.icon} />
      <span class="grow">{page.title}</span>
    </a>
  );
}

const FEED = {
  starting: "Connecting",
  live: "Live",
  polling: "Live, every 2 s",
  lost: "The server does not answer",
} as const;

function Feed() {
  return (
    <p class={`feed ${feedState.value}`} role="status">
      <span class="feed-mark" aria-hidden="true" />
      {FEED[feedState.value]}
    </p>
  );
}

const THEMES: readonly [Choice, "auto" | "sun" | "moon", string][] = [
  ["auto", "auto", "Colours as the system has them"],
  ["light", "sun", "Light colours"],
  ["dark", "moon", "Dark colours"],
];

function ThemeChoice() {
  return (
    <div class="themes" role="group" aria-label="Colours">
      {THEMES.map(([each, icon, label]) => (
        <IconButton key={each} icon={icon} label={label} pressed={choice.value === each} onClick={() => choose(each)} />
      ))}
    </div>
  );
}

function Leave() {
  const leave = async (): Promise<void> => {
    const answer = await api.delete("/session");
    if (answer.ok) session.value = "none";
    else toastFailure(answer.failure);
  };
  return (
    <Button manner="quiet" icon="leave" class="leave" onClick={() => void leave()}>
      Sign out
    </Button>
  );
}
