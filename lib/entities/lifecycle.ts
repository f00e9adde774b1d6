export const LIFECYCLE_STAGES = ["active", "deleted"] as const;
export type LifecycleStage = (typeof LIFECYCLE_STAGES)[number];

/** Which of active and deleted entities a search returns. MLflow's `ViewType`. */
export const VIEW_TYPES = ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"] as const;
export type ViewType = (typeof VIEW_TYPES)[number];

export function isInView(stage: LifecycleStage, view: ViewType): boolean {
  return view === "ALL" || (stage === "active") === (view === "ACTIVE_ONLY");
}
