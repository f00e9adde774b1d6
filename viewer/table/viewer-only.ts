import type { Filter, FilterNode } from "../../lib/search/ast.ts";

/** How to say for MLflow's API what a filter says in the viewer's own words; empty when the API understands it. */
export function viewerOnlyHints(filter: Filter | null): readonly string[] {
  return [...new Set((filter?.nodes ?? []).flatMap(hintsOf))];
}

function hintsOf(node: FilterNode): string[] {
  const own = node.viewerOnly === undefined ? [] : [node.viewerOnly];
  switch (node.type) {
    case "and":
    case "or":
      return [...own, ...node.nodes.flatMap(hintsOf)];
    case "not":
      return [...own, ...hintsOf(node.node)];
    default:
      return own;
  }
}
