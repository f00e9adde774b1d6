/** The viewer's data files of traces; the others are in `data-files.ts`. */

import type { ReadonlyDictionary } from "../entities/record.ts";

/** `data/traces/<experiment>.json`, newest first. */
export interface TracesFile {
  readonly traces: readonly TraceEntry[];
}

export interface TraceEntry {
  readonly traceId: string;
  readonly name: string;
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly requestTime: number;
  readonly durationMs: number | null;
  readonly requestPreview: string | null;
  readonly responsePreview: string | null;
  readonly sourceRunId: string | null;
  readonly sessionId: string | null;
  readonly tags: ReadonlyDictionary<string>;
  readonly assessmentCount: number;
}

/** `data/trace/<trace>.json` */
export interface TraceFile {
  readonly trace: TraceEntry;
  readonly experimentId: string;
  readonly metadata: ReadonlyDictionary<string>;
  readonly assessments: readonly AssessmentEntry[];
  readonly spans: readonly SpanEntry[];
  /** Why spans are missing, when they are. */
  readonly problem?: string;
}

export interface AssessmentEntry {
  readonly assessmentId: string;
  readonly name: string;
  readonly kind: "feedback" | "expectation" | "issue";
  /** JSON text of the value. */
  readonly value: string;
  readonly error: string | null;
  readonly sourceType: string;
  readonly sourceId: string;
  readonly rationale: string | null;
  readonly spanId: string | null;
  readonly createTime: number;
  readonly valid: boolean;
}

export interface SpanEntry {
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly type: string | null;
  /** Milliseconds after the start of the trace, with fractions. */
  readonly startMs: number;
  readonly durationMs: number | null;
  readonly status: "OK" | "ERROR" | "UNSET";
  readonly statusMessage: string;
  /** Attribute to JSON text. */
  readonly attributes: ReadonlyDictionary<string>;
  readonly events: readonly {
    readonly name: string;
    readonly atMs: number;
    readonly attributes: ReadonlyDictionary<string>;
  }[];
}
