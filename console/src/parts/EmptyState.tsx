// What a page shows when it has nothing to show: why, and what to do next.

import type { ComponentChildren } from "preact";
import type { Failure } from "../api/client.ts";
import { Button } from "./Button.tsx";
import { Icon, type IconName } from "./Icon.tsx";
import "./layout.css";

interface EmptyStateProps {
  icon: IconName;
  title: string;
  /** What to do next: a command, a button, a link. */
  children?: ComponentChildren;
}

export function EmptyState({ icon, title, children }: EmptyStateProps) {
  return (
    <div class="empty">
      <span class="empty-mark">
        <Icon name={icon} size={26} />
      </span>
      <h2>{title}</h2>
      <div class="empty-next">{children}</div>
    </div>
  );
}

/** What could not be read, in the API's words, with a way to try again. */
export function FailureState({ failure, onRetry }: { failure: Failure; onRetry?: () => void }) {
  return (
    <EmptyState icon="warning" title={failure.status === 404 ? "There is nothing here" : "This could not be read"}>
      <p class="foreign">{failure.sentence}</p>
      {onRetry && (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </EmptyState>
  );
}

/** Something is being read. Nothing is shown for a moment: what comes at once must not flicker. */
export function Loading({ label = "Reading" }: { label?: string }) {
  return (
    <div class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      <span>{label} …</span>
    </div>
  );
}
