import { existsSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../.ci/ensure.mjs";

export { repoRoot };

/** Real trees with MLflow's answers, see fixtures/README.md. */
export const fixturesTrees: string = join(repoRoot, "fixtures", "trees");

const sharedFolder = join(repoRoot, "..", "shared");

/**
 * A path in the folder `shared` beside the repository: specifications and generators that are not part of it.
 *
 * @throws Error when it is not there, as on a user's machine
 */
export function sharedPath(...parts: readonly string[]): string {
  const path = join(sharedFolder, ...parts);
  if (!existsSync(path))
    throw new Error(`This test needs ${path}, which is not part of the repository`);
  return path;
}
