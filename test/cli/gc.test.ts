import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { cliPath } from "../helpers/servers.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const node = promisify(execFile);

test("`mlruns gc` says what it removed, and in a dry run what it would", async () => {
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  const { runId } = (
    await client.createRun(await client.createExperiment("e"), { runName: "gone" })
  ).info;
  await client.deleteRun(runId);
  const run = async (...args: string[]) =>
    (await node(process.execPath, [cliPath, "gc", "--root", client.root, ...args])).stdout;

  expect(await run("--older-than", "1d")).toBe("0 removed, 0 B\n");
  expect(await run("--dry-run")).toMatch(
    new RegExp(
      `^kind\\tid\\tname\\tdeleted\\tsize\\nrun\\t${runId}\\tgone\\t.*\\n1 would be removed, `,
    ),
  );
  expect(JSON.parse(await run("--json"))).toMatchObject({ kind: "run", id: runId });
  expect(await run()).toBe("0 removed, 0 B\n");
  await expect(run("--older-than", "soon")).rejects.toThrow(
    "Expected a time such as 8h, 2d8h5m20s or 2m4s.",
  );
});
