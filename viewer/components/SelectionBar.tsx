import type { JSX } from "preact";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { manifest } from "../data/live.ts";
import { compareHref } from "../state/links.ts";
import { rootOf } from "../state/roots.ts";
import { setQuery } from "../state/route.ts";
import type { RunsView } from "../state/runs-view.ts";
import { select, selection } from "../state/selection.ts";
import { snippet } from "../table/snippet.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Button, LinkButton } from "./Button.tsx";
import { exportRuns } from "./export-runs.ts";
import { MenuButton, type MenuItem } from "./Menu.tsx";
import { copyText } from "./Toast.tsx";
import { selectMatching } from "./use-row-selection.ts";
import "./SelectionBar.css";

const MOST_COMPARED = 50;

interface SelectionBarProps {
  /** Of the page. */
  readonly title: string;
  readonly view: RunsView;
  /** Opens a dialog that changes the selected runs. */
  readonly onEdit: (edit: RunEdit) => void;
}

export type RunEdit = "tag" | "rename" | "delete" | "restore";

/** What can be done with the selected runs. */
export function SelectionBar({ title, view, onEdit }: SelectionBarProps): JSX.Element | null {
  const ids = [...selection.value];
  if (ids.length === 0) return null;
  const matching = view.rows.length;
  const canEdit = manifest.value?.readOnly === false && manifest.value.apiBase !== undefined;
  const copyItems: MenuItem[] = [
    {
      label: RUNS_TEXTS.copyIds,
      icon: "copy",
      onChoose: () => void copyText(ids.map(plainId).join("\n"), RUNS_TEXTS.idsCopied(ids.length)),
    },
    ...(["python", "typescript"] as const).map((language) => ({
      label: RUNS_TEXTS.snippetIn[language],
      icon: "copy" as const,
      onChoose: () => void copyText(snippet(language, idsByRoot(ids)), RUNS_TEXTS.snippetCopied),
    })),
  ];
  const selectedItems: MenuItem[] = [
    {
      label: RUNS_TEXTS.exportSelected("CSV"),
      icon: "download",
      startsGroup: true,
      onChoose: () => exportRuns("csv", title, view, selectedRows(view)),
    },
    {
      label: RUNS_TEXTS.exportSelected("JSON"),
      icon: "download",
      onChoose: () => exportRuns("json", title, view, selectedRows(view)),
    },
  ];
  const editItems: MenuItem[] = [
    { label: RUNS_TEXTS.tag, icon: "tag", startsGroup: true, onChoose: () => onEdit("tag") },
    ...(ids.length === 1
      ? [{ label: RUNS_TEXTS.rename, icon: "edit" as const, onChoose: () => onEdit("rename") }]
      : []),
    { label: RUNS_TEXTS.restore, icon: "restore", onChoose: () => onEdit("restore") },
    { label: RUNS_TEXTS.delete, icon: "trash", isDanger: true, onChoose: () => onEdit("delete") },
  ];
  const canCompare = ids.length >= 2 && ids.length <= MOST_COMPARED;
  return (
    <section class="selection-bar" aria-label={RUNS_TEXTS.selected(ids.length)}>
      <b role="status">{RUNS_TEXTS.selected(ids.length)}</b>
      {ids.length < matching && (
        <button type="button" class="link selection-all" onClick={() => selectMatching(view, true)}>
          {RUNS_TEXTS.selectMatching(matching)}
        </button>
      )}
      <button type="button" class="link" onClick={() => select([])}>
        {RUNS_TEXTS.selectNone}
      </button>
      <span class="spacer" />
      <MenuButton items={copyItems} label={RUNS_TEXTS.copy} align="end" class="selection-wide">
        {RUNS_TEXTS.copy}
      </MenuButton>
      <MenuButton
        items={selectedItems}
        label={RUNS_TEXTS.export}
        align="end"
        class="selection-wide"
      >
        {RUNS_TEXTS.export}
      </MenuButton>
      {canEdit && (
        <MenuButton items={editItems} label={RUNS_TEXTS.edit} align="end" class="selection-wide">
          {RUNS_TEXTS.edit}
        </MenuButton>
      )}
      <MenuButton
        items={[...copyItems, ...selectedItems, ...(canEdit ? editItems : [])]}
        icon="dots"
        label={RUNS_TEXTS.more}
        align="end"
        class="selection-narrow"
      />
      <Button icon="chart" onClick={() => setQuery({ mode: "charts" })}>
        {RUNS_TEXTS.charts}
      </Button>
      {canCompare ? (
        <LinkButton kind="primary" href={compareHref(ids, experimentsOf(view, ids))}>
          {RUNS_TEXTS.compare(ids.length)}
        </LinkButton>
      ) : (
        <Button disabled title={RUNS_TEXTS.compareFew}>
          {RUNS_TEXTS.compare(ids.length)}
        </Button>
      )}
    </section>
  );
}

/** In the order of the table; selected runs that do not match any more come last. */
function selectedRows({ table, rows }: RunsView): Int32Array {
  const isSelected = (row: number): boolean => selection.peek().has(table.runIds[row] ?? "");
  const matching = rows.filter(isSelected);
  const known = new Set(matching);
  const others = [...table.runIds.keys()].filter((row) => isSelected(row) && !known.has(row));
  return Int32Array.from([...matching, ...others]);
}

/** Run ids as their trees have them, by the path of the root. */
function idsByRoot(ids: readonly string[]): Map<string, string[]> {
  const roots = manifest.peek()?.roots ?? [];
  const byRoot = new Map<string, string[]>();
  for (const id of ids) {
    const label = roots.find(({ key }) => key === rootOf(id))?.label;
    // An export does not know where the tree was.
    const path = manifest.peek()?.mode === "live" && roots.length > 1 ? label : undefined;
    const root = path ?? "./mlruns";
    byRoot.set(root, [...(byRoot.get(root) ?? []), plainId(id)]);
  }
  return byRoot;
}

/** Experiments of some runs, each once. */
export function experimentsOf({ table }: RunsView, ids: readonly string[]): string[] {
  const wanted = new Set(ids);
  const { values, codes } = table.experiment;
  const found = table.runIds.flatMap((runId, row) =>
    wanted.has(runId) ? [values[codes[row] ?? -1] ?? ""] : [],
  );
  return [...new Set(found)];
}
