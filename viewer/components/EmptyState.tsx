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
  /** It is the whole page: its title is the page's. */
  readonly isPage?: boolean;
  /** Help, and the next thing to do. */
  readonly children?: ComponentChildren;
}

/** Instead of a blank page: one sentence and the next action. */
export function EmptyState({ title, icon, isPage, children }: EmptyStateProps): JSX.Element {
  const Title = isPage === true ? "h1" : "h2";
  return (
    <div class="empty-state">
      {icon !== undefined && <Icon name={icon} />}
      <Title>{title}</Title>
      {children}
    </div>
  );
}

/** Data that could not be had, and what to do about it. */
export function ErrorState({ error }: { error: DataError }): JSX.Element {
  return (
    <div role="alert">
      <EmptyState title={error.message} icon="warning" isPage>
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
