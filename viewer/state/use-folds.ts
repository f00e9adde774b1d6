import { useMemo, useState } from "preact/hooks";
import type { Folding } from "./runs-view.ts";

/** What is folded, and how to fold it. */
export interface Folds {
  readonly state: Folding;
  readonly isRunOpen: (runId: string) => boolean;
  readonly isGroupOpen: (groupId: string) => boolean;
  readonly foldRun: (runId: string, isOpen: boolean) => void;
  readonly foldGroup: (groupId: string, isOpen: boolean) => void;
}

/** Nested runs are shown until they are folded, groups are folded until they are opened. Lasts as long as the page. */
export function useFolds(): Folds {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [openGroups, setOpenGroups] = useState<ReadonlySet<string>>(new Set());
  return useMemo(
    () => ({
      state: { collapsed, openGroups },
      isRunOpen: (runId) => !collapsed.has(runId),
      isGroupOpen: (groupId) => openGroups.has(groupId),
      foldRun: (runId, isOpen) => setCollapsed((old) => changed(old, runId, !isOpen)),
      foldGroup: (groupId, isOpen) => setOpenGroups((old) => changed(old, groupId, isOpen)),
    }),
    [collapsed, openGroups],
  );
}

function changed(set: ReadonlySet<string>, item: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (isIn) next.add(item);
  else next.delete(item);
  return next;
}
