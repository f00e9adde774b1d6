import type { JSX } from "preact";
import { RUN_STATUSES } from "../../lib/entities/run.ts";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { formatAgo, formatDelta, formatPercent } from "../format.ts";
import { runNameOf } from "../run/facts.ts";
import { runHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import type { ComparedCell, ComparedGroup, ComparedRow } from "../table/compare.ts";
import { COMPARE_TEXTS } from "../texts/compare.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import { RunMark } from "./RunMark.tsx";
import "./CompareTable.css";

/** How differences to the baseline are written. */
export type DeltaForm = "value" | "share" | "both";

interface CompareTableProps {
  /** The baseline first. */
  readonly runs: readonly RunFile[];
  readonly groups: readonly ComparedGroup[];
  readonly delta: DeltaForm;
  readonly onlyDifferences: boolean;
  /** Kinds of groups that are folded. */
  readonly folded: ReadonlySet<string>;
  readonly onFold: (kind: string) => void;
  readonly onRemove: (runId: string) => void;
  readonly onBaseline: (runId: string) => void;
}

/** A column a run, a row a value. What differs from the baseline is tinted; metrics say by how much. */
export function CompareTable(props: CompareTableProps): JSX.Element {
  const { runs, groups } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard
    <section class="compare-scroll" tabIndex={0} aria-label={COMPARE_TEXTS.compare}>
      <table class="compare-table">
        <thead>
          <tr>
            <td class="compare-corner" />
            {runs.map((run, i) => (
              <RunHead
                key={run.info.runId}
                run={run}
                isBaseline={i === 0}
                canRemove={runs.length > 1}
                onRemove={props.onRemove}
                onBaseline={props.onBaseline}
              />
            ))}
          </tr>
        </thead>
        {groups.map((group) => (
          <GroupBody key={group.kind} group={group} {...props} />
        ))}
      </table>
      {props.onlyDifferences && groups.every(({ differing }) => differing === 0) && (
        <p class="compare-nothing">{COMPARE_TEXTS.noDifferences}</p>
      )}
    </section>
  );
}

interface RunHeadProps {
  readonly run: RunFile;
  readonly isBaseline: boolean;
  readonly canRemove: boolean;
  readonly onRemove: (runId: string) => void;
  readonly onBaseline: (runId: string) => void;
}

function RunHead({ run, isBaseline, canRemove, ...on }: RunHeadProps): JSX.Element {
  const now = useNow();
  const { info } = run;
  const name = runNameOf(info);
  return (
    <th scope="col" class="compare-run">
      <span class="compare-run-name">
        <RunMark runId={info.runId} status={RUN_STATUSES.indexOf(info.status)} />
        <a class="cut" href={runHref(info.experimentId, info.runId)} title={name}>
          {name}
        </a>
        {canRemove && (
          <Button
            class="compare-remove"
            kind="quiet"
            small
            icon="close"
            label={COMPARE_TEXTS.remove(name)}
            onClick={() => on.onRemove(info.runId)}
          />
        )}
      </span>
      <span class="compare-run-note">
        {isBaseline && <b>{`${COMPARE_TEXTS.baseline}, `}</b>}
        <span>
          {run.rootKey !== undefined && `${run.rootKey}, `}
          {formatAgo(info.startTime, now)}
          {info.status === "FINISHED" ? "" : `, ${TEXTS.status[info.status]}`}
        </span>
        {!isBaseline && (
          <button
            type="button"
            class="link compare-make-base"
            onClick={() => on.onBaseline(info.runId)}
          >
            {COMPARE_TEXTS.makeBaseline}
          </button>
        )}
      </span>
    </th>
  );
}

function GroupBody(props: CompareTableProps & { group: ComparedGroup }): JSX.Element {
  const { group, runs, onlyDifferences, folded, onFold, delta } = props;
  const { kind, differing } = group;
  const rows = onlyDifferences ? group.rows.filter((row) => row.differs) : group.rows;
  const isOpen = rows.length > 0 && !folded.has(kind);
  const note =
    rows.length === 0
      ? COMPARE_TEXTS.allSame
      : COMPARE_TEXTS.differ(differing, group.rows.length) +
        (kind === "metrics" ? COMPARE_TEXTS.lastValue : "");
  return (
    <tbody>
      <tr class="compare-group">
        <th scope="colgroup" colSpan={runs.length + 1}>
          <button
            type="button"
            class="compare-fold"
            aria-expanded={isOpen}
            disabled={rows.length === 0}
            onClick={() => onFold(kind)}
          >
            <Icon name={isOpen ? "down" : "right"} size={12} />
            {COMPARE_TEXTS.kinds[kind]}
            <span>{note}</span>
          </button>
        </th>
      </tr>
      {isOpen && rows.map((row) => <ValueRow key={row.key} row={row} kind={kind} delta={delta} />)}
    </tbody>
  );
}

interface ValueRowProps {
  readonly row: ComparedRow;
  readonly kind: ComparedGroup["kind"];
  readonly delta: DeltaForm;
}

function ValueRow({ row, kind, delta }: ValueRowProps): JSX.Element {
  return (
    <tr>
      <th scope="row" class="compare-key" title={row.key}>
        {row.key}
      </th>
      {row.cells.map((cell, i) =>
        kind === "metrics" ? (
          <MetricCell key={i} cell={cell} delta={delta} />
        ) : (
          <td
            key={i}
            class={cell.isDifferent ? "compare-cell compare-different" : "compare-cell"}
            title={cell.full}
          >
            {cell.text ?? <span class="faint">{COMPARE_TEXTS.notSet}</span>}
          </td>
        ),
      )}
    </tr>
  );
}

function MetricCell({ cell, delta: form }: { cell: ComparedCell; delta: DeltaForm }): JSX.Element {
  const { delta, text, full, isBest } = cell;
  const tone =
    delta?.isBetter === undefined ? "" : delta.isBetter ? " compare-better" : " compare-worse";
  return (
    <td class="compare-cell" title={full}>
      {text === undefined ? (
        <span class="faint">{COMPARE_TEXTS.notSet}</span>
      ) : (
        <span class="compare-metric">
          <span class={isBest ? "compare-best" : ""}>{text}</span>
          {delta !== undefined && form !== "share" && (
            <span class={`compare-delta${tone}`}>{formatDelta(delta.value)}</span>
          )}
          {delta !== undefined && form !== "value" && (
            <span class={`compare-delta${tone}`}>{formatPercent(delta.share)}</span>
          )}
        </span>
      )}
    </td>
  );
}
