/** Tags in one line, without those that MLflow keeps for itself. */
export function tagText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .filter(([key]) => !key.startsWith("mlflow."))
    .map(([key, value]) => (value === "" ? key : `${key}: ${value}`))
    .join(", ");
}
