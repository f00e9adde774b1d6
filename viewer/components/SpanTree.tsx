import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { SpanEntry } from "../../lib/wire/trace-files.ts";
import { toggled } from "../run/key-groups.ts";
import { TRACE_TEXTS } from "../texts/traces.ts";
import {
  type SpanRow,
  spanDuration,
  spanRows,
  spanTicks,
  traceLength,
} from "../traces/span-rows.ts";
import { Icon } from "./Icon.tsx";
import { VirtualList } from "./VirtualList.tsx";
import "./SpanTree.css";

interface SpanTreeProps {
  readonly spans: readonly SpanEntry[];
  readonly chosen: string;
  readonly onChoose: (spanId: string) => void;
}

const ROW_HEIGHT = 28;
const INDENT = 16;
const TICKS = 4;

/** The spans of a trace as a tree, with a bar for when each ran. */
export function SpanTree({ spans, chosen, onChoose }: SpanTreeProps): JSX.Element {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const box = useRef<HTMLElement>(null);
  const rows = useMemo(() => spanRows(spans, folded), [spans, folded]);
  const length = traceLength(spans);
  const active = rows.findIndex((row) => row.span.spanId === chosen);
  const choose = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    onChoose(row.span.spanId);
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus(),
    );
  };
  const toggle = (row: SpanRow): void => setFolded(toggled(folded, row.span.spanId));
  return (
    <section ref={box} class="span-tree" aria-label={TRACE_TEXTS.spans}>
      <div class="span-axis" aria-hidden="true">
        <span />
        <div class="span-track">
          {spanTicks(length, TICKS).map((tick) => (
            <span key={tick.at} class="span-tick" style={{ left: `${(tick.at / length) * 100}%` }}>
              {tick.label}
            </span>
          ))}
        </div>
        <span />
      </div>
      <VirtualList
        class="span-rows"
        role="tree"
        label={TRACE_TEXTS.spans}
        count={rows.length}
        rowHeight={ROW_HEIGHT}
        activeIndex={active}
        renderRow={(index) => {
          const row = rows[index];
          if (row === undefined) return null;
          const isChosen = index === active;
          return (
            <div
              key={row.span.spanId}
              class={isChosen ? "span-row is-chosen" : "span-row"}
              role="treeitem"
              aria-selected={isChosen}
              aria-level={row.depth + 1}
              aria-expanded={row.childCount > 0 ? row.isOpen : undefined}
              tabIndex={isChosen ? 0 : -1}
              onClick={() => onChoose(row.span.spanId)}
              onKeyDown={(event) => {
                const act = keyAction(event.key, row, index, choose, toggle);
                if (act === undefined) return;
                event.preventDefault();
                act();
              }}
            >
              <Name row={row} onToggle={() => toggle(row)} />
              <Bar span={row.span} length={length} />
              <span class="span-duration">
                {row.span.durationMs === null
                  ? TRACE_TEXTS.running
                  : spanDuration(row.span.durationMs)}
              </span>
            </div>
          );
        }}
      />
    </section>
  );
}

function keyAction(
  key: string,
  row: SpanRow,
  index: number,
  choose: (index: number) => void,
  toggle: (row: SpanRow) => void,
): (() => void) | undefined {
  switch (key) {
    case "ArrowDown":
    case "j":
      return () => choose(index + 1);
    case "ArrowUp":
    case "k":
      return () => choose(index - 1);
    case "Home":
      return () => choose(0);
    case "End":
      return () => choose(Number.MAX_SAFE_INTEGER);
    case "ArrowRight":
      return row.childCount > 0 && !row.isOpen ? () => toggle(row) : () => choose(index + 1);
    case "ArrowLeft":
      return row.childCount > 0 && row.isOpen ? () => toggle(row) : () => choose(index - 1);
    default:
      return undefined;
  }
}

function Name({ row, onToggle }: { row: SpanRow; onToggle: () => void }): JSX.Element {
  const { span } = row;
  return (
    <span class="span-name" style={{ paddingLeft: `${12 + row.depth * INDENT}px` }}>
      {row.childCount > 0 ? (
        <button
          type="button"
          class="span-twisty"
          tabIndex={-1}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
        >
          <Icon name={row.isOpen ? "down" : "right"} size={12} />
        </button>
      ) : (
        <span class="span-twisty" />
      )}
      {span.status === "ERROR" && <Icon name="warning" size={12} />}
      <span class="cut" title={span.name}>
        {span.name}
      </span>
      {span.type !== null && <span class="span-type">{span.type.toLowerCase()}</span>}
    </span>
  );
}

function Bar({ span, length }: { span: SpanEntry; length: number }): JSX.Element {
  const left = (span.startMs / length) * 100;
  const width = ((span.durationMs ?? length - span.startMs) / length) * 100;
  return (
    <span class="span-track">
      <span
        class={span.status === "ERROR" ? "span-bar span-bar-error" : "span-bar"}
        style={{
          left: `${Math.max(0, left)}%`,
          width: `${Math.max(0, Math.min(100 - left, width))}%`,
        }}
      />
    </span>
  );
}
