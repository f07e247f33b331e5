// The frame of every page: its title, what can be done there, and its body.

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import "./layout.css";

interface PageFrameProps {
  title: string;
  /** One line under the title. */
  about?: ComponentChildren;
  actions?: ComponentChildren;
  /** Between head and body, across the page: filters. */
  toolbar?: ComponentChildren;
  /** The body takes all the room and scrolls by itself: for lists. */
  whole?: boolean;
  children: ComponentChildren;
}

export function PageFrame({ title, about, actions, toolbar, whole = false, children }: PageFrameProps) {
  useEffect(() => {
    document.title = `${title} · Waypost`;
  }, [title]);
  return (
    <section class="page">
      <header class="page-head">
        <div class="page-title">
          <h1 tabIndex={-1}>{title}</h1>
          {about && <div class="page-about">{about}</div>}
        </div>
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {toolbar}
      <div class={`page-body ${whole ? "whole" : ""}`}>{children}</div>
    </section>
  );
}
