import type { RunsView } from "../state/runs-view.ts";
import { exportCsv, exportJson, exportMarkdown } from "../table/export.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import type { MenuItem } from "./Menu.tsx";
import { saveFile } from "./save-file.ts";
import { copyText, showToast } from "./Toast.tsx";

/**
 * Saves rows with the columns that are shown: every one of them, not only those that are drawn.
 *
 * @param title - names the file
 */
export function exportRuns(
  form: "csv" | "json",
  title: string,
  { table, columns }: RunsView,
  rows: Int32Array,
): void {
  const text = form === "csv" ? exportCsv(table, columns, rows) : exportJson(table, columns, rows);
  saveFile(`${title}.${form}`, text, form === "csv" ? "text/csv" : "application/json");
  showToast(RUNS_TEXTS.exported(rows.length));
}

/** The menu that takes rows along. */
export function exportItems(title: string, view: RunsView, rows: Int32Array): MenuItem[] {
  const { table, columns } = view;
  return [
    {
      label: RUNS_TEXTS.exportCsv,
      hint: "e",
      onChoose: () => exportRuns("csv", title, view, rows),
    },
    { label: RUNS_TEXTS.exportJson, onChoose: () => exportRuns("json", title, view, rows) },
    {
      label: RUNS_TEXTS.exportMarkdown,
      onChoose: () =>
        void copyText(exportMarkdown(table, columns, rows), RUNS_TEXTS.markdownCopied(rows.length)),
    },
  ];
}
