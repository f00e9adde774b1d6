import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { plainId } from "../../lib/wire/rooted-id.ts";
import type { SomeRuns } from "../data/some-runs.ts";
import { baselineFirst, nameInRoot } from "../run/compared.ts";
import { runNameOf } from "../run/facts.ts";
import { useKeys } from "../state/keys.ts";
import { treeHref } from "../state/links.ts";
import { query, setQuery } from "../state/route.ts";
import { formatList } from "../state/url.ts";
import { compareRuns } from "../table/compare.ts";
import { COMPARE_TEXTS } from "../texts/compare.ts";
import { Button } from "./Button.tsx";
import { CompareAdd } from "./CompareAdd.tsx";
import { CompareTable, type DeltaForm } from "./CompareTable.tsx";
import { Icon } from "./Icon.tsx";
import { MenuButton } from "./Menu.tsx";
import { Segmented } from "./Segmented.tsx";

interface CompareValuesProps extends SomeRuns {
  readonly experimentIds: readonly string[];
}

/** The values of runs beside one another, measured by one of them. */
export function CompareValues({
  runs,
  missing,
  unreadable,
  experimentIds,
}: CompareValuesProps): JSX.Element {
  // Differences are what one compares for: they are on until they are turned off.
  const onlyDifferences = query.value.get("d") !== "0";
  const folded = useSignal<ReadonlySet<string>>(new Set());
  const ordered = useMemo(
    () => baselineFirst(runs, query.value.get("base")),
    [runs, query.value.get("base")],
  );
  const groups = useMemo(() => compareRuns(ordered, 0), [ordered]);
  const delta = deltaForm(query.value.get("delta"));
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const differing = groups.reduce((sum, group) => sum + group.differing, 0);
  const toggleDifferences = (): void =>
    setQuery({ d: onlyDifferences ? "0" : undefined }, { replace: true });
  useKeys({ d: toggleDifferences });

  const ids = runs.map(({ info }) => info.runId);
  const setRuns = (next: readonly string[]): void =>
    setQuery({ runs: formatList(next) }, { replace: true });
  const setBaseline = (runId: string): void => setQuery({ base: runId }, { replace: true });
  const base = ordered[0];
  return (
    <>
      <div class="compare-tools">
        <CompareAdd
          experimentIds={experimentIds}
          present={ids}
          onAdd={(runId) => setRuns([...ids, runId])}
        />
        <Button icon="diff" pressed={onlyDifferences} onClick={toggleDifferences}>
          {COMPARE_TEXTS.onlyDifferences}
          <span class="button-count">{COMPARE_TEXTS.ofRows(differing, total)}</span>
        </Button>
        <span class="spacer" />
        {base !== undefined && (
          <>
            <span class="compare-choice">
              <span class="compare-label">{COMPARE_TEXTS.baseline}</span>
              <MenuButton
                label={COMPARE_TEXTS.baseline}
                align="end"
                items={runs.map(({ info, rootKey }) => ({
                  label: nameInRoot(info, rootKey),
                  isChecked: info.runId === base.info.runId,
                  onChoose: () => setBaseline(info.runId),
                }))}
              >
                {runNameOf(base.info)}
                <Icon name="down" size={12} />
              </MenuButton>
            </span>
            <span class="compare-choice">
              <span class="compare-label">{COMPARE_TEXTS.show}</span>
              <Segmented
                label={COMPARE_TEXTS.show}
                value={delta}
                segments={(["value", "share", "both"] as const).map((value) => ({
                  value,
                  label: COMPARE_TEXTS.deltas[value],
                }))}
                onChange={(value) =>
                  setQuery({ delta: value === "both" ? undefined : value }, { replace: true })
                }
              />
            </span>
          </>
        )}
      </div>
      <CompareTable
        runs={ordered}
        groups={groups}
        delta={delta}
        onlyDifferences={onlyDifferences}
        folded={folded.value}
        onFold={(kind) => {
          const next = new Set(folded.value);
          if (!next.delete(kind)) next.add(kind);
          folded.value = next;
        }}
        onRemove={(runId) => setRuns(ids.filter((id) => id !== runId))}
        onBaseline={setBaseline}
      />
      <footer class="page-foot">
        <span>
          <b>{differing}</b> {COMPARE_TEXTS.rowsDiffer(total)}
        </span>
        <span>{COMPARE_TEXTS.tinted}</span>
        {missing.length > 0 && (
          <span class="compare-missing">
            {COMPARE_TEXTS.missing(missing.map(plainId).join(", "))}
          </span>
        )}
        {unreadable.length > 0 && (
          <a class="compare-missing" href={treeHref()}>
            {COMPARE_TEXTS.unreadable(unreadable.map(plainId).join(", "))}
          </a>
        )}
      </footer>
    </>
  );
}

function deltaForm(text: string | undefined): DeltaForm {
  return text === "value" || text === "share" ? text : "both";
}
