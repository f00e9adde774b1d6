import type { Comparison } from "./ast.ts";
import {
  type Attribute,
  type EntityType,
  findAttribute,
  type SearchKind,
  TRACE_KEYS,
} from "./attributes.ts";

/** A comparison, and where its value lies. */
export interface Resolved {
  readonly kind: SearchKind;
  readonly node: Comparison;
  readonly entity: EntityType;
  readonly key: string;
  /** Set when the entity is `attribute`. */
  readonly attribute: Attribute | undefined;
}

/** Resolves MLflow's aliases. */
export function resolve(kind: SearchKind, node: Comparison): Resolved {
  const { entity, key } = resolveKey(kind, node);
  const attribute = entity === "attribute" ? findAttribute(kind, key) : undefined;
  return { kind, node, entity, key, attribute };
}

/**
 * MLflow resolves aliases whatever they are keys of: `params.created` reads the param `start_time`, and a trace's
 * `metadata.name` the tag `mlflow.traceName`.
 */
export function resolveKey(
  kind: SearchKind,
  { entity, key }: { readonly entity: EntityType; readonly key: string },
): { readonly entity: EntityType; readonly key: string } {
  if (kind === "traces") {
    if (entity === "span") return { entity, key };
    const lower = key.toLowerCase();
    return TRACE_KEYS.get(lower) ?? { entity, key: findAttribute("traces", lower)?.alias ?? key };
  }
  // A logged model has no datasets: MLflow reads the model's own field of that name.
  if (kind === "logged_models" && entity === "dataset" && key === "name") {
    return { entity: "attribute", key };
  }
  if (kind !== "runs" && kind !== "logged_models") return { entity, key };
  return { entity, key: findAttribute("runs", key)?.alias ?? key };
}
