import { SOURCE_RUN } from "../entities/trace.ts";

export const SEARCH_KINDS = [
  "runs",
  "experiments",
  "logged_models",
  "registered_models",
  "model_versions",
  "traces",
] as const;
export type SearchKind = (typeof SEARCH_KINDS)[number];

/** What stands before the dot, in MLflow's canonical word. */
export type EntityType =
  | "attribute"
  | "metric"
  | "parameter"
  | "tag"
  | "dataset"
  | "request_metadata"
  | "span"
  | "feedback"
  | "expectation"
  | "issue";

export interface Attribute {
  readonly name: string;
  readonly type: "text" | "number";
  /** `fails`: MLflow accepts the name and then crashes, because its entity has no such field. */
  readonly filter?: true | "fails";
  readonly order?: true | "fails";
  /** Whether `IN ('a', 'b')` is allowed. */
  readonly list?: true;
  /** The attribute that is read in its place. */
  readonly alias?: string;
  /** MLflow has none such; the viewer's search box has. */
  readonly viewer?: true;
}

/** What may be searched: one line an attribute and kind. */
export const ATTRIBUTES: Readonly<Record<SearchKind, readonly Attribute[]>> = {
  runs: [
    { name: "run_id", type: "text", filter: true, order: true, list: true },
    { name: "run_name", type: "text", filter: true, order: true },
    { name: "run name", type: "text", filter: true, alias: "run_name" },
    { name: "Run name", type: "text", filter: true, alias: "run_name" },
    { name: "Run Name", type: "text", filter: true, alias: "run_name" },
    { name: "status", type: "text", filter: true, order: true },
    { name: "user_id", type: "text", filter: true, order: true },
    { name: "artifact_uri", type: "text", filter: true, order: true },
    { name: "start_time", type: "number", filter: true, order: true },
    { name: "created", type: "number", filter: true, order: true, alias: "start_time" },
    { name: "Created", type: "number", filter: true, order: true, alias: "start_time" },
    { name: "end_time", type: "number", filter: true, order: true },
    { name: "experiment", type: "text", list: true, viewer: true },
    { name: "root", type: "text", list: true, viewer: true },
  ],
  experiments: [
    { name: "name", type: "text", filter: true, order: true },
    { name: "experiment_id", type: "text", filter: true, order: true, list: true },
    { name: "creation_time", type: "number", filter: true, order: true },
    { name: "last_update_time", type: "number", filter: true, order: true },
  ],
  logged_models: [
    { name: "name", type: "text", filter: true, order: true, list: true },
    { name: "model_id", type: "text", filter: true, order: true, list: true },
    { name: "model_type", type: "text", filter: true, order: true, list: true },
    { name: "status", type: "text", filter: true, order: true, list: true },
    { name: "source_run_id", type: "text", filter: true, order: true, list: true },
    { name: "creation_timestamp", type: "number", filter: true, order: true },
    {
      name: "creation_time",
      type: "number",
      filter: "fails",
      order: true,
      alias: "creation_timestamp",
    },
    { name: "last_updated_timestamp", type: "number", filter: true, order: true },
    { name: "last_updated_time", type: "number", filter: "fails", order: "fails" },
  ],
  registered_models: [
    { name: "name", type: "text", filter: true, order: true, list: true },
    { name: "creation_timestamp", type: "number", order: true },
    { name: "last_updated_timestamp", type: "number", order: true },
  ],
  model_versions: [
    { name: "name", type: "text", filter: true, order: true, list: true },
    { name: "run_id", type: "text", filter: true, list: true },
    { name: "source_path", type: "text", filter: true },
    { name: "version_number", type: "number", filter: true, order: true },
    { name: "creation_timestamp", type: "number", order: true },
    { name: "last_updated_timestamp", type: "number", order: true },
  ],
  traces: [
    { name: "request_id", type: "text", filter: true, order: true, list: true },
    { name: "client_request_id", type: "text", filter: true, list: true },
    { name: "status", type: "text", filter: true, order: true, list: true },
    { name: "experiment_id", type: "text", order: true },
    { name: "timestamp_ms", type: "number", filter: true, order: true },
    { name: "timestamp", type: "number", filter: true, order: true, alias: "timestamp_ms" },
    { name: "execution_time_ms", type: "number", filter: true, order: true },
    {
      name: "execution_time",
      type: "number",
      filter: true,
      order: true,
      alias: "execution_time_ms",
    },
    { name: "end_time_ms", type: "number", filter: "fails", order: "fails" },
    { name: "end_time", type: "number", filter: "fails", order: "fails", alias: "end_time_ms" },
    { name: "name", type: "text", filter: true, order: true, list: true },
    { name: "run_id", type: "text", filter: true, order: true, list: true },
    { name: "prompt", type: "text", filter: true },
    { name: "text", type: "text", filter: true },
  ],
};

/**
 * Trace keys that MLflow looks for elsewhere, whatever stood before the dot: `name` is a tag, and so is `metadata.name`.
 *
 * @see MLflow 3.17 `SearchTraceUtils._replace_key_to_tag_or_metadata`
 */
export const TRACE_KEYS: ReadonlyMap<
  string,
  { readonly entity: EntityType; readonly key: string }
> = new Map([
  ["name", { entity: "tag", key: "mlflow.traceName" }],
  ["prompt", { entity: "tag", key: "mlflow.linkedPrompts" }],
  ["run_id", { entity: "request_metadata", key: SOURCE_RUN }],
  ["text", { entity: "span", key: "content" }],
]);

/** Where the viewer looks for bare words, besides the values of tags. */
export const WORD_ATTRIBUTES: Readonly<
  Record<SearchKind, { readonly name: string; readonly id: string }>
> = {
  runs: { name: "run_name", id: "run_id" },
  experiments: { name: "name", id: "experiment_id" },
  logged_models: { name: "name", id: "model_id" },
  registered_models: { name: "name", id: "name" },
  model_versions: { name: "name", id: "run_id" },
  traces: { name: "name", id: "request_id" },
};

/** The fields of a dataset that runs and logged models may be asked for. */
export const DATASET_FIELDS = ["name", "digest", "context"] as const;
export type DatasetField = (typeof DATASET_FIELDS)[number];

const RUN_ENTITIES: Readonly<Record<string, EntityType>> = {
  metric: "metric",
  metrics: "metric",
  parameter: "parameter",
  parameters: "parameter",
  param: "parameter",
  params: "parameter",
  tag: "tag",
  tags: "tag",
  attribute: "attribute",
  attributes: "attribute",
  attr: "attribute",
  run: "attribute",
  dataset: "dataset",
  datasets: "dataset",
};
const REGISTRY_ENTITIES: Readonly<Record<string, EntityType>> = {
  attribute: "attribute",
  tag: "tag",
  tags: "tag",
};

/** Words before the dot. */
export const ENTITIES: Readonly<Record<SearchKind, ReadonlyMap<string, EntityType>>> = {
  runs: new Map(Object.entries(RUN_ENTITIES)),
  experiments: new Map(Object.entries(REGISTRY_ENTITIES)),
  logged_models: new Map(Object.entries(RUN_ENTITIES)),
  registered_models: new Map(Object.entries(REGISTRY_ENTITIES)),
  model_versions: new Map(Object.entries(REGISTRY_ENTITIES)),
  traces: new Map<string, EntityType>([
    ["tag", "tag"],
    ["tags", "tag"],
    ["request_metadata", "request_metadata"],
    ["metadata", "request_metadata"],
    ["attribute", "attribute"],
    ["attributes", "attribute"],
    ["trace", "attribute"],
    ["span", "span"],
    ["feedback", "feedback"],
    ["expectation", "expectation"],
    ["issue", "issue"],
  ]),
};

const EQUALS = ["=", "!="] as const;
const ORDERS = [">", ">=", "<", "<="] as const;
const LIKES = ["LIKE", "ILIKE"] as const;
const LISTS = ["IN", "NOT IN"] as const;
const NULLS = ["IS NULL", "IS NOT NULL"] as const;
/** MLflow lets it through and crashes without a database. */
const RLIKE = "RLIKE";

/** The comparators that MLflow lets through; the order is that in which a search box offers them. */
export function comparatorsOf(
  kind: SearchKind,
  entity: EntityType,
  type: Attribute["type"] = "text",
): readonly string[] {
  const regex = kind === "traces" ? [RLIKE] : [];
  switch (entity) {
    case "metric":
      return [...EQUALS, ...ORDERS];
    case "attribute":
      if (type === "number") return [...EQUALS, ...ORDERS];
      if (kind === "logged_models") return [...EQUALS, ...LIKES, ...LISTS, ...ORDERS];
      return [...EQUALS, ...LIKES, ...LISTS, ...regex];
    case "parameter":
      return kind === "runs" ? [...EQUALS, ...LIKES, ...NULLS] : [...EQUALS, ...LIKES];
    case "tag":
    case "request_metadata":
      return kind === "runs" || kind === "experiments" || kind === "traces"
        ? [...EQUALS, ...LIKES, ...regex, ...NULLS]
        : [...EQUALS, ...LIKES];
    case "dataset":
      return [...EQUALS, ...LIKES, ...LISTS];
    case "span":
      return [...EQUALS, ...LISTS, ...LIKES, ...regex];
    case "feedback":
    case "expectation":
      return [...EQUALS, ...ORDERS, ...LIKES, ...regex, ...NULLS];
    case "issue":
      return ["="];
  }
}

/** The attribute of that name, alias or not. */
export function findAttribute(kind: SearchKind, name: string): Attribute | undefined {
  return ATTRIBUTES[kind].find((attribute) => attribute.name === name);
}

/** What an attribute is used for: in a filter of the API, in an order_by, or in the viewer's search box. */
export type AttributeUse = "filter" | "order" | "viewer";

export function isUsableIn(attribute: Attribute | undefined, use: AttributeUse): boolean {
  if (use === "viewer" && attribute?.filter !== undefined) return true;
  return attribute?.[use] !== undefined;
}

/** Names that may be used so. */
export function attributeNames(kind: SearchKind, use: AttributeUse): string[] {
  return ATTRIBUTES[kind].filter((attribute) => isUsableIn(attribute, use)).map(({ name }) => name);
}
