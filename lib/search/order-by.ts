import type { MlrunsError } from "../errors.ts";
import type { Accessor } from "./accessor.ts";
import { type EntityType, findAttribute, type SearchKind } from "./attributes.ts";
import { type Identifier, readIdentifier } from "./identifier.ts";
import { mistake } from "./problem.ts";
import { splitShellWords } from "./python/shell-words.ts";
import { resolveKey } from "./resolve.ts";
import type { SortKey } from "./sort.ts";
import { isGroup, isType, isWhitespace, matches, type Node } from "./sql/node.ts";
import { readStatement } from "./sql/statement.ts";

/** One thing to sort by, aliases resolved. */
export interface OrderEntry {
  readonly entity: EntityType;
  readonly key: string;
  readonly ascending: boolean;
  /** Thrown when there is anything to sort. */
  readonly mistake?: MlrunsError;
}

/**
 * Reads order_by entries, `identifier [ASC|DESC]`, strongest first, and adds the kind's default order and tie-breaks: what
 * is returned is all that the order depends on. Rows that are still equal keep their order.
 *
 * Logged models have their own form of order_by, see `LoggedModelOrderBy`.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE; `column` counts in the entry that is wrong
 * @see MLflow 3.17 `SearchUtils.sort` and the `_get_sort_key` of its siblings
 */
export function parseOrderBy(
  kind: Exclude<SearchKind, "logged_models">,
  orderBy: readonly string[] = [],
): OrderEntry[] {
  // MLflow sorts runs by the last entry first, and so meets its mistakes first.
  const entries =
    kind === "runs"
      ? orderBy
          .toReversed()
          .map((text) => parseEntry(kind, text))
          .reverse()
      : orderBy.map((text) => parseEntry(kind, text));
  const order = entries.length > 0 ? entries : DEFAULT_ORDER[kind];
  const missing = TIE_BREAKS[kind].filter(
    (last) => kind === "runs" || !order.some(({ key }) => key === last.key),
  );
  return [...order, ...missing];
}

/** Makes the keys by which `topRows` sorts. */
export function compileOrder<Row>(
  kind: SearchKind,
  order: readonly OrderEntry[],
  accessor: Accessor<Row>,
): SortKey<Row>[] {
  return order.map((entry) => ({
    ...entry,
    type: typeOf(kind, entry),
    read: (reader(accessor, entry) ?? (() => undefined)) as SortKey<Row>["read"],
  }));
}

const attribute = (key: string, ascending: boolean): OrderEntry => ({
  entity: "attribute",
  key,
  ascending,
});

const DEFAULT_ORDER: Readonly<Record<Exclude<SearchKind, "logged_models">, OrderEntry[]>> = {
  runs: [],
  experiments: [attribute("creation_time", false), attribute("experiment_id", true)],
  registered_models: [],
  model_versions: [
    attribute("last_updated_timestamp", false),
    attribute("name", true),
    attribute("version_number", false),
  ],
  traces: [],
};

/** Added to every order that does not name the key itself; runs get theirs always. */
const TIE_BREAKS: Readonly<Record<Exclude<SearchKind, "logged_models">, OrderEntry[]>> = {
  runs: [attribute("start_time", false), attribute("run_id", true)],
  experiments: [attribute("experiment_id", false)],
  registered_models: [attribute("name", true)],
  model_versions: [attribute("name", true), attribute("version_number", false)],
  traces: [attribute("timestamp_ms", false), attribute("request_id", true)],
};

function parseEntry(kind: SearchKind, text: string): OrderEntry {
  const place = { start: 0, end: text.length };
  const { words, ascending } = readDirection(text);
  return resolveEntry(
    kind,
    { ...readIdentifier(kind, words.trim(), place, "order"), ascending },
    text,
  );
}

/** @see MLflow 3.17 `SearchUtils._parse_order_by_string` */
function readDirection(text: string): { words: string; ascending: boolean } {
  const place = { start: 0, end: text.length };
  const expression = readExpression(text);
  const words =
    expression === undefined ? undefined : splitShellWords(expression.replaceAll("`", '"'));
  if (expression === undefined || words === undefined || words.length > 2) {
    throw mistake(`Invalid order_by clause '${text}'. Could not be parsed.`, place, FORM);
  }
  const [identifier, direction] = words;
  if (identifier === undefined || direction === undefined) {
    return { words: expression, ascending: true };
  }
  const lower = direction.toLowerCase();
  if (lower !== "asc" && lower !== "desc") {
    const start = Math.max(text.lastIndexOf(direction), 0);
    throw mistake(
      `Invalid ordering key in order_by clause '${text}'.`,
      { start, end: text.length },
      "The direction is ASC or DESC.",
    );
  }
  return { words: identifier, ascending: lower === "asc" };
}

const FORM =
  "An entry is one identifier with ASC or DESC behind it, such as metrics.loss ASC or params.`learning rate` DESC.";

/** @see MLflow 3.17 `SearchUtils._validate_order_by_and_generate_token` */
function readExpression(text: string): string | undefined {
  let nodes: readonly Node[] | undefined;
  try {
    nodes = readStatement(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw mistake(
      `Error on parsing order_by clause '${text}'`,
      { start: 0, end: text.length },
      FORM,
    );
  }
  const [first] = nodes ?? [];
  const last = nodes?.at(-1);
  if (nodes === undefined || first === undefined || last === undefined) return undefined;
  const isTimestamp = matches(first, "Name.Builtin", ["timestamp"]);
  if (nodes.length === 1)
    return isGroup(first, "Identifier") || isTimestamp ? first.text : undefined;
  const isOrdered = isType(last, "Keyword.Order") && nodes.slice(1, -1).every(isWhitespace);
  return isTimestamp && isOrdered ? `timestamp ${last.text}` : undefined;
}

function resolveEntry(
  kind: SearchKind,
  entry: Identifier & { readonly ascending: boolean },
  text: string,
): OrderEntry {
  const place = { start: 0, end: text.length };
  const { ascending } = entry;
  if (kind === "runs") {
    if (entry.entity !== "dataset") return { ...resolveKey(kind, entry), ascending };
    const message = "Invalid order_by entity type 'dataset'";
    return { ...entry, mistake: mistake(message, place, "Runs are not sorted by their datasets.") };
  }
  if (kind === "traces") return resolveTraceEntry(entry, text);
  if (entry.entity === "attribute") return { entity: "attribute", key: entry.key, ascending };
  throw mistake(`Invalid order_by entity: ${entry.entity}`, place, "Sort by an attribute.");
}

function resolveTraceEntry(
  entry: Identifier & { readonly ascending: boolean },
  text: string,
): OrderEntry {
  const place = { start: 0, end: text.length };
  const { entity, key } = resolveKey("traces", entry);
  if (entity !== "attribute") {
    const message = `Invalid order_by entity \`${entity}\` with key \`${key}\``;
    throw mistake(message, place, "Sort by timestamp_ms, execution_time_ms, status or request_id.");
  }
  const { ascending } = entry;
  if (findAttribute("traces", key)?.order !== "fails") return { entity, key, ascending };
  const message = `Invalid attribute key '${key}' specified. MLflow knows the name, but has no such value`;
  return { entity, key, ascending, mistake: mistake(message, place, "Sort by timestamp_ms.") };
}

function typeOf(kind: SearchKind, { entity, key }: OrderEntry): "number" | "text" {
  if (entity === "attribute") return findAttribute(kind, key)?.type ?? "text";
  return entity === "metric" ? "number" : "text";
}

function reader<Row>(accessor: Accessor<Row>, { entity, key }: OrderEntry): unknown {
  switch (entity) {
    case "attribute":
      return accessor.attribute(key);
    case "metric":
      return accessor.metric?.(key);
    case "parameter":
      return accessor.param?.(key);
    default:
      return accessor.tag?.(key);
  }
}
