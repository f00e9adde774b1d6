import type { JSX } from "preact";
import type { Column } from "../table/columns.ts";
import type { RunGroup } from "../table/groups.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";

/** What the runs of a group have in common: `lr = 0.1`, or `0.1, adam` by two keys, and how many they are. */
export function GroupLabel({ group, by }: { group: RunGroup; by: readonly Column[] }): JSX.Element {
  const values = by.map((_, i) => group.values[i] ?? RUNS_TEXTS.noValue);
  // Several keys would leave no room for what tells the groups apart; the button over the table names them.
  const only = by.length === 1 ? by[0] : undefined;
  return (
    <>
      <span class="cut" title={by.map(({ key }, i) => `${key} = ${values[i]}`).join("\n")}>
        {only !== undefined && <span class="faint">{only.key} = </span>}
        {values.join(", ")}
      </span>
      <span class="run-name-count">{group.rows.length}</span>
    </>
  );
}
