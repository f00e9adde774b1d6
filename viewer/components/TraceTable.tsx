import type { JSX } from "preact";
import { plainId } from "../../lib/wire/rooted-id.ts";
import type { TraceEntry } from "../../lib/wire/trace-files.ts";
import { formatAgo, formatDuration, formatTimeFull } from "../format.ts";
import { traceHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { TRACE_TEXTS } from "../texts/traces.ts";
import { TraceState } from "./TraceState.tsx";
import { VirtualTable } from "./VirtualTable.tsx";

interface TraceTableProps {
  readonly experimentId: string;
  readonly traces: readonly TraceEntry[];
}

const COLUMNS = [
  { name: TRACE_TEXTS.name, width: 220 },
  { name: TRACE_TEXTS.state, width: 96 },
  { name: TRACE_TEXTS.time, width: 104 },
  { name: TRACE_TEXTS.duration, width: 84, isNumber: true },
  { name: TRACE_TEXTS.request, width: 200, grows: true },
  { name: TRACE_TEXTS.response, width: 200, grows: true },
  { name: TRACE_TEXTS.assessments, width: 104, isNumber: true },
];

/** Traces, newest first. */
export function TraceTable({ experimentId, traces }: TraceTableProps): JSX.Element {
  const now = useNow();
  const cell = (row: number, column: number): JSX.Element | string => {
    const trace = traces[row];
    if (trace === undefined) return "";
    switch (column) {
      case 0:
        return (
          <a class="table-link" href={traceHref(experimentId, trace.traceId)}>
            {trace.name === "" ? plainId(trace.traceId) : trace.name}
          </a>
        );
      case 1:
        return <TraceState state={trace.state} />;
      case 2:
        return formatAgo(trace.requestTime, now);
      case 3:
        return trace.durationMs === null ? "" : formatDuration(trace.durationMs);
      case 4:
        return trace.requestPreview ?? "";
      case 5:
        return trace.responsePreview ?? "";
      default:
        return trace.assessmentCount === 0 ? "" : String(trace.assessmentCount);
    }
  };
  return (
    <VirtualTable
      label={TRACE_TEXTS.traces}
      columns={COLUMNS}
      count={traces.length}
      cell={cell}
      title={(row, column) => titleOf(traces[row], column)}
    />
  );
}

function titleOf(trace: TraceEntry | undefined, column: number): string | undefined {
  if (trace === undefined) return undefined;
  if (column === 0) return trace.traceId;
  if (column === 2) return formatTimeFull(trace.requestTime);
  if (column === 4) return trace.requestPreview ?? undefined;
  return column === 5 ? (trace.responsePreview ?? undefined) : undefined;
}
