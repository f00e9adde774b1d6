/** Commands over several trees. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTwoRoots } from "../helpers/roots.ts";
import { cliPath } from "../helpers/servers.ts";

test("site and show take several roots, and tell of one that is missing", async () => {
  const { folder, experimentId, shared, own } = await makeTwoRoots();
  const roots = ["-r", "ada/mlruns", "-r", "team/*/mlruns", "-r", "missing"];
  const run = (...args: readonly string[]): { status: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cliPath, ...args, ...roots], {
      cwd: folder,
      encoding: "utf8",
    });
    return { status, out: stdout, err: stderr };
  };

  const site = run("site", "out", "-e", "fraud");
  expect([site.status, site.err]).toEqual([3, expect.stringContaining("missing")]);
  expect(existsSync(join(folder, "out", "data", "runs", `${experimentId}_7ebob.json`))).toBe(true);
  expect(existsSync(join(folder, "out", "data", "runs", "0_7ebob.json"))).toBe(false);

  expect(run("show", own.slice(0, 12)).out).toContain(
    `run ${own}, experiment ${experimentId} of team/bob/mlruns`,
  );
  const both = run("show", shared);
  expect([both.status, both.err]).toEqual([
    1,
    expect.stringContaining("lies in several roots: ada/mlruns, team/bob/mlruns"),
  ]);
}, 30_000);
