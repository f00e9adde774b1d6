import type { ColumnSpan } from "../errors.ts";
import type { EntityType, SearchKind } from "./attributes.ts";

/** A filter as a tree. All of `nodes` must match; without any, everything does. */
export interface Filter {
  readonly kind: SearchKind;
  readonly nodes: readonly FilterNode[];
}

export type FilterNode = Comparison | Words | Group | Negation;

/** `identifier comparator value`. */
export interface Comparison {
  readonly type: "comparison";
  readonly entity: EntityType;
  /** Without quotes. Aliases are kept as written: `created` is not yet `start_time`. */
  readonly key: string;
  /** In upper case. May be one that does not fit: MLflow looks at it only when it meets the first entity to compare. */
  readonly comparator: string;
  readonly value: Value;
  readonly span: ColumnSpan;
  readonly spans: {
    readonly identifier: ColumnSpan;
    readonly comparator: ColumnSpan;
    readonly value: ColumnSpan;
  };
  readonly viewerOnly?: string;
}

/** null with IS NULL and IS NOT NULL. */
export type Value = string | number | readonly string[] | null | RelativeTime | Pattern;

/** `now-7d`: viewer only. */
export interface RelativeTime {
  readonly type: "relative-time";
  /** Milliseconds to add to the time at which the filter is compiled. */
  readonly offset: number;
}

/** `/bert.*` + `/i`: viewer only. */
export interface Pattern {
  readonly type: "pattern";
  readonly source: string;
  readonly ignoreCase: boolean;
}

/** A bare word or quoted text: part of a name or of a tag's value, or the start of an id. Viewer only. */
export interface Words {
  readonly type: "words";
  readonly text: string;
  readonly span: ColumnSpan;
  readonly viewerOnly: string;
}

/** Nodes in parentheses, or joined by OR. Viewer only. */
export interface Group {
  readonly type: "and" | "or";
  readonly nodes: readonly FilterNode[];
  readonly span: ColumnSpan;
  /** What the extension is called, and how to say it for the API. */
  readonly viewerOnly: string;
}

export interface Negation {
  readonly type: "not";
  readonly node: FilterNode;
  readonly span: ColumnSpan;
  readonly viewerOnly: string;
}
