import { execFile } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { bin } from "../.ci/ensure.mjs";
import { repoRoot } from "./helpers/paths.ts";
import { makeTempFolder } from "./helpers/tree.ts";

test("the last line counts tests, and files that do not load as failures; what passed at a second try is told", async () => {
  const folder = await makeTempFolder();
  await symlink(join(repoRoot, "node_modules"), join(folder, "node_modules"));
  await writeFile(
    join(folder, "counted.test.js"),
    `import { expect, test } from "vitest";
    test("one", () => {});
    test("two", () => {});
    test("bad", () => expect(1).toBe(2));
    test.skip("later", () => {});
    let tries = 0;
    test("shaky", { retry: 1 }, () => expect(++tries).toBe(2));`,
  );
  await writeFile(join(folder, "broken.test.js"), "throw new Error('does not load');");
  const reporters = ["default", join(repoRoot, "test", "helpers", "reporter.ts")];

  const output = await failingVitest(folder, reporters);

  expect(output.trimEnd().split("\n").slice(-2)).toEqual([
    "FLAKY, passed when tried again: counted.test.js > shaky",
    "3 passed, 2 failed, 1 skipped",
  ]);
});

async function failingVitest(root: string, reporters: readonly string[]): Promise<string> {
  const args = [bin("vitest", "vitest"), "run", "--root", root];
  const named = reporters.map((reporter) => `--reporter=${reporter}`);
  try {
    await promisify(execFile)(process.execPath, [...args, ...named], { cwd: root });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
  throw new Error("vitest should have failed");
}
