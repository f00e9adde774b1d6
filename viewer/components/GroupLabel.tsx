import type { JSX } from "preact";
import type { Column } from "../table/columns.ts";
import type { RunGroup } from "../table/groups.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";

/** What the runs of a group have in common: `lr = 0.1, optimizer = adam`, and how many they are. */
export function GroupLabel({ group, by }: { group: RunGroup; by: readonly Column[] }): JSX.Element {
  return (
    <>
      <span class="cut">
        {by.map((column, i) => (
          <span key={column.id}>
            {i > 0 && ", "}
            <span class="faint">{column.key} = </span>
            {group.values[i] ?? RUNS_TEXTS.noValue}
          </span>
        ))}
      </span>
      <span class="run-name-count">{group.rows.length}</span>
    </>
  );
}
