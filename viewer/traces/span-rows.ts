import type { SpanEntry } from "../../lib/wire/trace-files.ts";
import { linearTicks, type Tick } from "../charts/ticks.ts";
import { durationTicks } from "../charts/time-ticks.ts";
import { formatDuration } from "../format.ts";

/** A span as a line of the tree. */
export interface SpanRow {
  readonly span: SpanEntry;
  readonly depth: number;
  readonly childCount: number;
  readonly isOpen: boolean;
}

/** The rows of a trace whose folded spans hide what is below them; children by their start. */
export function spanRows(spans: readonly SpanEntry[], folded: ReadonlySet<string>): SpanRow[] {
  const children = childrenOf(spans);
  const rows: SpanRow[] = [];
  const seen = new Set<string>();
  const add = (span: SpanEntry, depth: number): void => {
    // Damaged spans may be their own ancestors.
    if (seen.has(span.spanId)) return;
    seen.add(span.spanId);
    const below = children.get(span.spanId) ?? [];
    const isOpen = !folded.has(span.spanId);
    rows.push({ span, depth, childCount: below.length, isOpen });
    if (isOpen) for (const child of below) add(child, depth + 1);
  };
  for (const root of rootsOf(spans)) add(root, 0);
  return rows;
}

/** Milliseconds from the start of the trace to the end of its last span; at least a microsecond. */
export function traceLength(spans: readonly SpanEntry[]): number {
  const ends = spans.map((span) => span.startMs + (span.durationMs ?? 0));
  return Math.max(0.001, ...ends);
}

/** Ticks of a waterfall's axis. */
export function spanTicks(length: number, wanted: number): Tick[] {
  if (length >= wanted * 2) return durationTicks(0, length, wanted);
  return linearTicks(0, length, wanted).map(({ at, label }) => ({
    at,
    label: at === 0 ? "0" : `${label} ms`,
  }));
}

/** How long a span took; short ones in parts of a millisecond. */
export function spanDuration(ms: number): string {
  if (ms >= 10) return formatDuration(ms);
  return ms < 0.1 ? `${Math.round(ms * 1000)} µs` : `${Number(ms.toFixed(2))} ms`;
}

function childrenOf(spans: readonly SpanEntry[]): Map<string, SpanEntry[]> {
  const children = new Map<string, SpanEntry[]>();
  for (const span of byStart(spans)) {
    if (span.parentId === null) continue;
    children.set(span.parentId, [...(children.get(span.parentId) ?? []), span]);
  }
  return children;
}

/** Spans without a parent in the trace; all of them when every one has a parent. */
function rootsOf(spans: readonly SpanEntry[]): SpanEntry[] {
  const ids = new Set(spans.map((span) => span.spanId));
  const roots = spans.filter((span) => span.parentId === null || !ids.has(span.parentId));
  return byStart(roots.length > 0 ? roots : spans.slice(0, 1));
}

function byStart(spans: readonly SpanEntry[]): SpanEntry[] {
  return [...spans].sort((a, b) => a.startMs - b.startMs);
}
