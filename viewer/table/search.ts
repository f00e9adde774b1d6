/** What the filter box needs of the filter language, as one chunk: most visits never type a filter. */

export { isWord, scan } from "../../lib/search/viewer/scan.ts";
export { suggest } from "./completions.ts";
export { filterRows } from "./filter.ts";
export { fixFilter } from "./filter-fix.ts";
export { viewerOnlyHints } from "./viewer-only.ts";
