import { Component, type ComponentChildren, createRef, type JSX, type RefObject } from "preact";
import { RUN_STATUSES } from "../../lib/entities/run.ts";
import type { RunsTable } from "../data/runs-table.ts";
import { UNREADABLE } from "../data/runs-table.ts";
import { plural, shortId } from "../format.ts";
import { runHref } from "../state/links.ts";
import type { CellWriter } from "../table/cell.ts";
import { isSilent } from "../table/column-data.ts";
import type { RunGroup } from "../table/groups.ts";
import type { PlacedColumn } from "../table/layout.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Icon } from "./Icon.tsx";
import { RunMark, statusName } from "./RunMark.tsx";
import { cellId, writeCells } from "./run-row-cells.ts";
import "./RunTableRow.css";

/** A column as a row draws it: where it stands and what it says. */
export interface DrawnColumn {
  readonly placed: PlacedColumn;
  /** Among all columns, the name being 0. */
  readonly index: number;
  readonly writer: CellWriter;
  readonly style: { readonly width: string };
  /** Of every cell of the column. */
  readonly class: string;
  readonly isBest: (row: number) => boolean;
  /** 0 to 5, 0 for no tint. */
  readonly tint: (row: number) => number;
  readonly ofGroup: (group: RunGroup) => { readonly text: string; readonly deviation?: string };
}

/** What is the same for all rows. A new one draws all rows again. */
export interface RowContext {
  readonly table: RunsTable;
  readonly pinned: readonly DrawnColumn[];
  readonly scrolling: readonly DrawnColumn[];
  /** Of the first scrolling column that is drawn. */
  readonly offset: number;
  readonly nameStyle: { readonly width: string };
  readonly pinnedStyle: { readonly width: string };
  readonly rowHeight: number;
  readonly width: number;
  readonly groupLabel: (group: RunGroup) => ComponentChildren;
}

interface RunRowProps {
  readonly context: RowContext;
  /** From the top of the table. */
  readonly index: number;
  readonly row: number;
  readonly group: RunGroup | null;
  readonly depth: number;
  readonly isDim: boolean;
  readonly childCount: number;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  /** Column of the cell that the keyboard is on, -1 when it is on another row. */
  readonly activeColumn: number;
}

/** A row of the table. What is clicked is told from `data-` attributes, so that rows need no handlers. */
export class RunRow extends Component<RunRowProps> {
  override shouldComponentUpdate(next: RunRowProps): boolean {
    const now = this.props;
    return (
      now.context !== next.context ||
      now.index !== next.index ||
      now.row !== next.row ||
      now.group !== next.group ||
      now.depth !== next.depth ||
      now.isDim !== next.isDim ||
      now.childCount !== next.childCount ||
      now.isOpen !== next.isOpen ||
      now.isSelected !== next.isSelected ||
      now.activeColumn !== next.activeColumn
    );
  }

  readonly #pinned: RefObject<HTMLDivElement | null> = createRef();
  readonly #scrolling: RefObject<HTMLDivElement | null> = createRef();

  override componentDidMount(): void {
    this.#writeCells();
  }

  override componentDidUpdate(): void {
    this.#writeCells();
  }

  #writeCells(): void {
    const { context } = this.props;
    const [pinned, scrolling] = [this.#pinned.current, this.#scrolling.current];
    if (pinned !== null) writeCells(pinned, context.pinned, this.props);
    if (scrolling !== null) writeCells(scrolling, context.scrolling, this.props);
  }

  override render(): JSX.Element {
    const { context, index, row, group, isSelected } = this.props;
    const isBroken = group === null && context.table.status[row] === UNREADABLE;
    return (
      <div
        class={classOf(this.props, isBroken)}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={group === null ? isSelected : undefined}
        data-index={index}
        style={{
          transform: `translateY(${index * context.rowHeight}px)`,
          width: `${context.width}px`,
        }}
      >
        <div class="run-pinned" style={context.pinnedStyle}>
          <SelectCell {...this.props} />
          <NameCell {...this.props} />
          {!isBroken && context.pinned.length > 0 && (
            <div ref={this.#pinned} class="run-cells" role="none" />
          )}
        </div>
        {isBroken ? (
          <Reason table={context.table} row={row} />
        ) : (
          <>
            {context.offset > 0 && (
              <div class="run-cell" style={{ width: `${context.offset}px` }} />
            )}
            <div ref={this.#scrolling} class="run-cells" role="none" />
          </>
        )}
      </div>
    );
  }
}

function classOf(props: RunRowProps, isBroken: boolean): string {
  const { table } = props.context;
  return [
    "run-row",
    props.isSelected && "run-row-selected",
    props.activeColumn >= 0 && "run-row-active",
    props.isDim && "run-row-dim",
    isBroken && "run-row-broken",
    props.group === null && table.deleted[props.row] === 1 && "run-row-deleted",
  ]
    .filter(Boolean)
    .join(" ");
}

function SelectCell({ context, row, group, isSelected }: RunRowProps): JSX.Element {
  const name = group === null ? nameOf(context.table, row) : RUNS_TEXTS.runs;
  return (
    <div class="run-cell-select" role="gridcell" aria-colindex={1}>
      <input
        type="checkbox"
        class="checkbox"
        tabIndex={-1}
        checked={isSelected}
        data-select=""
        aria-label={RUNS_TEXTS.selectRun(name)}
      />
    </div>
  );
}

function NameCell(props: RunRowProps): JSX.Element {
  const { context, index, group, activeColumn } = props;
  const isActive = activeColumn === 0;
  return (
    <div
      id={isActive ? cellId(index, 0) : undefined}
      role="rowheader"
      aria-colindex={2}
      class={isActive ? "run-cell run-name run-cell-active" : "run-cell run-name"}
      data-column={0}
      style={context.nameStyle}
    >
      <Twisty {...props} />
      {group === null ? <RunName {...props} /> : context.groupLabel(group)}
    </div>
  );
}

function Twisty({ context, row, group, depth, childCount, isOpen }: RunRowProps): JSX.Element {
  const indent = `run-depth-${Math.min(depth, 3)}`;
  if (childCount === 0 && group === null) return <span class={`run-name-no-twisty ${indent}`} />;
  const name = group === null ? nameOf(context.table, row) : plural(group.rows.length, "run");
  return (
    <button
      type="button"
      class={`run-name-twisty ${indent}`}
      tabIndex={-1}
      data-twisty=""
      aria-expanded={isOpen}
      aria-label={isOpen ? RUNS_TEXTS.collapse(name) : RUNS_TEXTS.expand(name)}
    >
      <Icon name={isOpen ? "down" : "right"} size={12} />
    </button>
  );
}

function RunName({ context, row, childCount }: RunRowProps): JSX.Element {
  const { table } = context;
  const runId = table.runIds[row] ?? "";
  const status = table.status[row] ?? UNREADABLE;
  const name = table.names[row] ?? "";
  return (
    <>
      <RunMark runId={runId} status={status} />
      <a
        class={name === "" ? "run-name-link run-name-id" : "run-name-link"}
        href={runHref(experimentOf(table, row), runId)}
        tabIndex={-1}
      >
        {name === "" ? shortId(runId) : name}
      </a>
      {childCount > 0 && <span class="run-name-count">{childCount}</span>}
      <RunState table={table} row={row} />
    </>
  );
}

/** What is out of the ordinary, in a word. */
function RunState({ table, row }: { table: RunsTable; row: number }): JSX.Element | null {
  const status = table.status[row] ?? UNREADABLE;
  const problems = table.problems.get(table.runIds[row] ?? "")?.length ?? 0;
  if (status === UNREADABLE) return null;
  if (problems > 0) {
    return (
      <span class="run-state run-state-warning" title={RUNS_TEXTS.broken(problems)}>
        <Icon name="warning" size={14} />
        <span class="sr-only">{RUNS_TEXTS.broken(problems)}</span>
      </span>
    );
  }
  const copies = table.copies.get(table.runIds[row] ?? "");
  if (copies !== undefined) {
    return (
      <span class="run-state run-state-copy" title={RUNS_TEXTS.copyHelp(copies.join(", "))}>
        {RUNS_TEXTS.copyIn(copies)}
      </span>
    );
  }
  if (isSilent(table, row, Date.now())) {
    return (
      <span class="run-state" title={RUNS_TEXTS.silentHelp}>
        {RUNS_TEXTS.silent}
      </span>
    );
  }
  const name = RUN_STATUSES[status];
  if (name === "FINISHED" || name === undefined) return null;
  return <span class={`run-state run-state-${name.toLowerCase()}`}>{statusName(status)}</span>;
}

/** Why a run could not be read, across the columns. */
function Reason({ table, row }: { table: RunsTable; row: number }): JSX.Element {
  const [problem] = table.problems.get(table.runIds[row] ?? "") ?? [];
  return (
    <div class="run-row-reason" role="gridcell" aria-colindex={3}>
      <span class="run-state-unreadable">{RUNS_TEXTS.unreadable}</span>
      {problem !== undefined && (
        <span class="cut">
          {problem.message}{" "}
          <span class="mono">
            {problem.path}
            {problem.line !== undefined && `:${problem.line}`}
          </span>
        </span>
      )}
    </div>
  );
}

export function nameOf(table: RunsTable, row: number): string {
  const name = table.names[row] ?? "";
  return name === "" ? shortId(table.runIds[row] ?? "") : name;
}

export function experimentOf(table: RunsTable, row: number): string {
  return table.experiment.values[table.experiment.codes[row] ?? -1] ?? "";
}
