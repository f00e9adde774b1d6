/**
 * MLflow's search language as pure code, for Node and the browser: `import { searchRuns } from "mlruns/search"`.
 *
 * Whole searches: `searchRuns` and its siblings. Their parts, for other stores of rows: `parseFilter`, `compileFilter`,
 * `parseOrderBy`, `compileOrder`, `paginate`. For search boxes: `completeAt`, `printFilter` and the viewer's dialect.
 */
export { type Accessor, attributesBy, type Read, textAt } from "./accessor.ts";
export type {
  Comparison,
  Filter,
  FilterNode,
  Group,
  Negation,
  Pattern,
  RelativeTime,
  Value,
  Words,
} from "./ast.ts";
export {
  ATTRIBUTES,
  type Attribute,
  attributeNames,
  comparatorsOf,
  type DatasetField,
  ENTITIES,
  type EntityType,
  findAttribute,
  SEARCH_KINDS,
  type SearchKind,
} from "./attributes.ts";
export { type CompileOptions, compileFilter, type Predicate } from "./evaluate.ts";
export {
  EXPERIMENT_ACCESSOR,
  type ExperimentQuery,
  searchExperiments,
} from "./kinds/experiments.ts";
export {
  compileModelFilter,
  compileModelOrder,
  type LoggedModelOrderBy,
  type LoggedModelQuery,
  loggedModelAccessor,
  type MetricDataset,
  searchLoggedModels,
} from "./kinds/logged-models.ts";
export { MODEL_VERSION_ACCESSOR, searchModelVersions } from "./kinds/model-versions.ts";
export { parseWithoutPrompts } from "./kinds/prompts.ts";
export { REGISTERED_MODEL_ACCESSOR, searchRegisteredModels } from "./kinds/registered-models.ts";
export { RUN_ACCESSOR, type RunQuery, searchRuns } from "./kinds/runs.ts";
export {
  type SearchableTrace,
  searchTraces,
  TRACE_ACCESSOR,
  type TraceQuery,
} from "./kinds/traces.ts";
export { compileLike } from "./like.ts";
export { compileOrder, type OrderEntry, parseOrderBy } from "./order-by.ts";
export { parsePageToken, printPageToken } from "./page-token.ts";
export { type ParseOptions, parseFilter } from "./parse.ts";
export { printFilter, printIdentifier, printText } from "./print.ts";
export {
  checkMaxResults,
  filterRows,
  MAX_RESULTS,
  type Page,
  type PageQuery,
  paginate,
  type SearchQuery,
} from "./search.ts";
export { type SortKey, topRows } from "./sort.ts";
export { type Completion, type CompletionPlace, completeAt, type Side } from "./viewer/complete.ts";
export { parseViewerFilter } from "./viewer/parse.ts";
