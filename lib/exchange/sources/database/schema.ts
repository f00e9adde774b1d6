/** Tables that later schemas of MLflow have divided into workspaces. */
export const TABLES_WITH_WORKSPACE: ReadonlySet<string> = new Set([
  "registered_model_tags",
  "registered_model_aliases",
  "model_versions",
  "model_version_tags",
]);

/** Tables of things that a tree has no place for, with their names for people. */
export const NOT_CARRIED: Readonly<Record<string, string>> = {
  evaluation_datasets: "evaluation datasets",
  scorers: "registered scorers",
  entity_associations: "links between traces, prompts and runs",
  issues: "issues",
  label_schemas: "label schemas",
  review_queues: "review queues",
  webhooks: "webhooks",
  endpoints: "gateway endpoints",
  secrets: "gateway secrets",
  budget_policies: "budget policies",
  mcp_servers: "MCP servers",
};
