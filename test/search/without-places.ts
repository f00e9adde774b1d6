import type { Filter } from "../../lib/search/index.ts";

/** A tree without what only tells where its parts stood in the text. */
export function withoutPlaces(filter: Filter): unknown {
  return JSON.parse(
    JSON.stringify(filter, (key, value) => {
      if (key === "span" || key === "spans") return undefined;
      // JSON has no infinity.
      return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    }),
  );
}
