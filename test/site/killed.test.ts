import { join } from "node:path";
import { expect, test } from "vitest";
import { seededRandom } from "../helpers/fault-proxy.ts";
import { folderBytes } from "../helpers/folder-bytes.ts";
import { KILLS, killRepeatedly } from "../helpers/killing.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

test("an export that is killed at any moment is finished by the next one, with the same result", async () => {
  const root = await makeTree("v3-sklearn");
  const { expected, results } = await killRepeatedly(
    KILLS,
    seededRandom(3),
    async () => {
      const folder = join(await makeTempFolder(), "site");
      return { state: folder, args: ["site", folder, "--root", root, "--artifacts", "all"] };
    },
    async (folder) => withoutTimes(await folderBytes(folder)),
  );

  expect(results).toEqual(results.map(() => expected));
}, 600_000);

/** The manifest tells when the data was read. */
function withoutTimes(files: Record<string, string | null>): Record<string, string | null> {
  const entries = Object.entries(files).map(([path, text]) =>
    path === "data/manifest.json" ? [path, text?.replaceAll(/\d{13}/g, "<time>")] : [path, text],
  );
  return Object.fromEntries(entries);
}
