import { MLFLOW_TAG } from "../../entities/tag.ts";
import { MlrunsError } from "../../errors.ts";
import type { Filter } from "../ast.ts";
import { parseFilter } from "../parse.ts";

/**
 * Reads a filter of the registry with a condition added that leaves prompts out, unless it speaks of them itself. The
 * condition is added to the text, as MLflow does: a blank filter is none then, and no mistake.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 * @see MLflow 3.17 `add_prompt_filter_string`
 */
export function parseWithoutPrompts(
  kind: "registered_models" | "model_versions",
  text: string | undefined,
): Filter {
  const written = text ?? "";
  if (written.includes(MLFLOW_TAG.isPrompt)) return parseFilter(kind, written);
  const condition = `tag.\`${MLFLOW_TAG.isPrompt}\` != 'true'`;
  try {
    return parseFilter(kind, written === "" ? condition : `${written} AND ${condition}`);
  } catch (error) {
    throw error instanceof MlrunsError ? inside(error, written.length) : error;
  }
}

/** The same error, with its place inside the text that the user wrote. */
function inside(error: MlrunsError, length: number): MlrunsError {
  const { errorCode, message, hint, column } = error;
  if (column === undefined || column.end <= length + 1) return error;
  const start = Math.min(column.start, length + 1);
  return new MlrunsError(errorCode, message, {
    column: { start, end: length + 1 },
    ...(hint === undefined ? {} : { hint }),
  });
}
