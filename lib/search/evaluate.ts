import { compareText } from "../entities/record.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import type { MlrunsError } from "../errors.ts";
import type { Accessor, Read } from "./accessor.ts";
import type { Comparison, Filter, FilterNode, Pattern, RelativeTime, Words } from "./ast.ts";
import { DATASET_FIELDS, type EntityType, type SearchKind, WORD_ATTRIBUTES } from "./attributes.ts";
import { findLateMistake, findMistake } from "./comparator.ts";
import { compileLike } from "./like.ts";
import { resolve } from "./resolve.ts";

export type Predicate<Row> = (row: Row) => boolean;

export interface CompileOptions {
  /** What `now` means, ms since the epoch. Default: the time of the call. */
  readonly now?: number;
}

/**
 * Makes a function that tells whether a row matches. Compile once, run on all rows.
 *
 * A condition whose comparator does not fit throws when it is first reached, not here: MLflow checks it while matching,
 * condition by condition, so that such a filter passes where nothing is compared.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, from the function that is returned
 * @see MLflow 3.17 `SearchUtils._does_run_match_clause` and its siblings
 */
export function compileFilter<Row>(
  filter: Filter,
  accessor: Accessor<Row>,
  options: CompileOptions = {},
): Predicate<Row> {
  const context = { kind: filter.kind, accessor, now: options.now ?? Date.now() };
  return all(filter.nodes.map((node) => compileNode(node, context)));
}

interface Context<Row> {
  readonly kind: SearchKind;
  readonly accessor: Accessor<Row>;
  readonly now: number;
}

function compileNode<Row>(node: FilterNode, context: Context<Row>): Predicate<Row> {
  switch (node.type) {
    case "comparison":
      return compileComparison(node, context);
    case "words":
      return compileWords(node, context);
    case "not": {
      const inner = compileNode(node.node, context);
      return (row) => !inner(row);
    }
    case "and":
      return all(node.nodes.map((inner) => compileNode(inner, context)));
    case "or": {
      const inner = node.nodes.map((child) => compileNode(child, context));
      return (row) => inner.some((matches) => matches(row));
    }
  }
}

function all<Row>(predicates: readonly Predicate<Row>[]): Predicate<Row> {
  const [first, ...rest] = predicates;
  if (first === undefined) return () => true;
  if (rest.length === 0) return first;
  return (row) => first(row) && rest.every((matches) => matches(row));
}

function compileComparison<Row>(node: Comparison, context: Context<Row>): Predicate<Row> {
  const { accessor, kind } = context;
  const resolved = resolve(kind, node);
  const { entity, key, attribute } = resolved;
  // The viewer's parser has looked at what MLflow would not understand.
  const isMlflow = node.viewerOnly === undefined;
  const mistake = isMlflow ? findMistake(resolved) : undefined;
  if (mistake !== undefined) return throwing(mistake);
  const late = isMlflow ? findLateMistake(resolved) : undefined;
  const test =
    late === undefined ? compileTest(node, attribute?.type === "number", context) : throwing(late);
  if (entity === "dataset") return compileDataset(accessor, key, test);
  const read = findReader(accessor, entity, key);
  if (node.comparator === "IS NULL") return (row) => (read(row) ?? null) === null;
  if (node.comparator === "IS NOT NULL") return (row) => (read(row) ?? null) !== null;
  const missing = matchesMissing(kind, node, entity, key);
  return (row) => {
    const value = read(row) ?? null;
    return value === null ? missing : test(value);
  };
}

function throwing(error: MlrunsError): () => never {
  return () => {
    throw error;
  };
}

type Test = (value: string | number) => boolean;

/** True when any dataset passes: two conditions may be met by two datasets. */
function compileDataset<Row>(accessor: Accessor<Row>, key: string, test: Test): Predicate<Row> {
  const field = DATASET_FIELDS.find((name) => name === key);
  const read = field === undefined ? undefined : accessor.dataset?.(field);
  return (row) => {
    for (const text of read?.(row) ?? []) if (test(text)) return true;
    return false;
  };
}

function findReader<Row>(
  accessor: Accessor<Row>,
  entity: EntityType,
  key: string,
): Read<Row, string | number> {
  const nothing = (): undefined => undefined;
  switch (entity) {
    case "attribute":
      return accessor.attribute(key);
    case "metric":
      return accessor.metric?.(key) ?? nothing;
    case "parameter":
      return accessor.param?.(key) ?? nothing;
    case "tag":
      return accessor.tag?.(key) ?? nothing;
    case "request_metadata":
      return accessor.metadata?.(key) ?? nothing;
    default:
      return nothing;
  }
}

/** Marks prompts, which MLflow keeps among the registered models. */
const PROMPT_TAG = MLFLOW_TAG.isPrompt;

/** What a condition says of a row that has no value. */
function matchesMissing(
  kind: SearchKind,
  { comparator, value }: Comparison,
  entity: EntityType,
  key: string,
): boolean {
  // Trees before MLflow 1.29 have no creation time. MLflow compares None, and crashes for < and >.
  if (kind === "experiments") return entity === "attribute" && comparator === "!=";
  // Models that are no prompts have no such tag, and MLflow takes that for false.
  if ((kind === "registered_models" || kind === "model_versions") && key === PROMPT_TAG) {
    return (comparator === "=" && value === "false") || (comparator === "!=" && value === "true");
  }
  return false;
}

function compileTest<Row>(
  { comparator, value }: Comparison,
  isNumber: boolean,
  { kind, now }: Context<Row>,
): Test {
  if (typeof value === "number") {
    // MLflow makes the number of a version whole before it compares.
    return compileOrder(comparator, kind === "model_versions" ? Math.trunc(value) : value);
  }
  if (typeof value === "string") {
    if (isNumber && kind === "model_versions") {
      return compileOrder(comparator, Number(value.replaceAll("_", "")));
    }
    return compileText(comparator, value);
  }
  if (value === null) return () => false;
  if (Array.isArray(value)) return compileList(comparator, value);
  return compileExtension(comparator, value as RelativeTime | Pattern, now);
}

function compileOrder(comparator: string, limit: number): Test {
  switch (comparator) {
    case "=":
      return (value) => value === limit;
    case "!=":
      return (value) => value !== limit;
    case ">":
      return (value) => (value as number) > limit;
    case ">=":
      return (value) => (value as number) >= limit;
    case "<":
      return (value) => (value as number) < limit;
    default:
      return (value) => (value as number) <= limit;
  }
}

function compileText(comparator: string, text: string): Test {
  switch (comparator) {
    case "=":
      return (value) => value === text;
    case "!=":
      return (value) => value !== text;
    case "LIKE":
    case "ILIKE": {
      const matches = compileLike(text, comparator === "ILIKE");
      return (value) => matches(String(value));
    }
    case ">":
      return (value) => compareText(String(value), text) > 0;
    case ">=":
      return (value) => compareText(String(value), text) >= 0;
    case "<":
      return (value) => compareText(String(value), text) < 0;
    default:
      return (value) => compareText(String(value), text) <= 0;
  }
}

/** A list equals no text. */
function compileList(comparator: string, texts: readonly string[]): Test {
  const set = new Set<string | number>(texts);
  switch (comparator) {
    case "IN":
      return (value) => set.has(value);
    case "NOT IN":
      return (value) => !set.has(value);
    default:
      return () => comparator === "!=";
  }
}

function compileExtension(comparator: string, value: RelativeTime | Pattern, now: number): Test {
  if (value.type === "relative-time") return compileOrder(comparator, now + value.offset);
  const pattern = new RegExp(value.source, value.ignoreCase ? "iu" : "u");
  return (text) => pattern.test(String(text)) === (comparator === "=");
}

/** Part of a name or of a tag's value, whatever the case, or the start of an id. */
function compileWords<Row>({ text }: Words, { kind, accessor }: Context<Row>): Predicate<Row> {
  const wanted = text.toLowerCase();
  const { name, id } = WORD_ATTRIBUTES[kind];
  const readName = accessor.attribute(name);
  const readId = accessor.attribute(id);
  return (row) => {
    const found = String(readName(row) ?? "");
    if (found.toLowerCase().includes(wanted)) return true;
    if (String(readId(row) ?? "").startsWith(text)) return true;
    for (const value of accessor.tagValues?.(row) ?? []) {
      if (value.toLowerCase().includes(wanted)) return true;
    }
    return false;
  };
}
