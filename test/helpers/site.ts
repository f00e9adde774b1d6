import type { Site } from "../../lib/site/context.ts";
import { type Trees, toSite } from "../../lib/site/roots.ts";
import { WHOLE_TREE } from "../../lib/site/scope.ts";

/** What a server shows of trees. */
export function liveSite(trees: Trees): Site {
  return toSite(
    trees,
    { mode: "live", readOnly: true, title: "test", version: "0", rawBase: "raw" },
    ({ key }) => ({ label: key || "mlruns", scope: WHOLE_TREE, isPublished: () => true }),
    ({ root, error }) => ({ label: root, problem: error.message }),
  );
}
