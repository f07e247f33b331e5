// The frame of every page: its title, what can be done there, and its body.

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import "./controls.css";
import "./layout.css";

interface PageFrameProps {
  title: string;
  /** Where the page was come to from, for a page that is not in the navigation. */
  back?: { to: string; label: string };
  /** One line under the title. */
  about?: ComponentChildren;
  /** Leads to others of its kind. */
  steps?: ComponentChildren;
  actions?: ComponentChildren;
  /** Between head and body, across the page: filters. */
  toolbar?: ComponentChildren;
  /** The body takes all the room and scrolls by itself: for lists. */
  whole?: boolean;
  children: ComponentChildren;
}

export function PageFrame({ title, back, about, steps, actions, toolbar, whole = false, children }: PageFrameProps) {
  useEffect(() => {
    document.title = `${title} · Waypost`;
  }, [title]);
  return (
    <section class="page">
      <header class="page-head">
        {back && (
          <a class="icon-button page-back" href={back.to} title={back.label} aria-label={back.label}>
            <Icon name="left" />
          </a>
        )}
        <div class="page-title">
          <h1 tabIndex={-1}>{title}</h1>
          {about && <div class="page-about">{about}</div>}
        </div>
        {steps}
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {toolbar}
      <div class={`page-body ${whole ? "whole" : ""}`}>{children}</div>
    </section>
  );
}
