import type { ComponentChildren, JSX } from "preact";
import type { DataError } from "../data/errors.ts";
import { refresh } from "../data/live.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { Icon, type IconName } from "./Icon.tsx";
import "./EmptyState.css";

interface EmptyStateProps {
  readonly title: string;
  readonly icon?: IconName;
  /** Help, and the next thing to do. */
  readonly children?: ComponentChildren;
}

/** Instead of a blank page: one sentence and the next action. */
export function EmptyState({ title, icon, children }: EmptyStateProps): JSX.Element {
  return (
    <div class="empty-state">
      {icon !== undefined && <Icon name={icon} />}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Data that could not be had, and what to do about it. */
export function ErrorState({ error }: { error: DataError }): JSX.Element {
  return (
    <div role="alert">
      <EmptyState title={error.message} icon="warning">
        {error.hint !== undefined && <p>{error.hint}</p>}
        {error.kind !== "newer" && (
          <Button icon="refresh" onClick={() => void refresh()}>
            {TEXTS.retry}
          </Button>
        )}
      </EmptyState>
    </div>
  );
}
