import type { JSX } from "preact";
import { type RunTab, runHref } from "../state/links.ts";
import { runList } from "../state/run-list.ts";
import { experimentOf } from "../table/row-names.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { LinkButton } from "./Button.tsx";
import "./RunNeighbours.css";

/** The runs before and after, in the list that the reader came from; nothing when the run is not in it. */
export function RunNeighbours({ runId, tab }: { runId: string; tab: RunTab }): JSX.Element | null {
  const list = runList.value;
  if (list === null) return null;
  const { table, rows, sortedBy } = list;
  const place = rows.findIndex((row) => table.runIds[row] === runId);
  if (place < 0) return null;
  const hrefAt = (index: number): string | undefined => {
    const row = rows[index];
    return row === undefined
      ? undefined
      : runHref(experimentOf(table, row), table.runIds[row] ?? "", tab);
  };
  const before = hrefAt(place - 1);
  const after = hrefAt(place + 1);
  return (
    <span class="run-neighbours">
      <a href={list.hash}>{RUNS_TEXTS.placeInList(place + 1, rows.length, sortedBy)}</a>
      {before !== undefined && (
        <LinkButton icon="left" label={RUNS_TEXTS.previousRun} href={before} />
      )}
      {after !== undefined && <LinkButton icon="right" label={RUNS_TEXTS.nextRun} href={after} />}
    </span>
  );
}
