import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { MlrunsClient } from "../../lib/client/client.ts";
import { outline } from "../contract/outline.ts";
import { runCli } from "../helpers/killing.ts";
import { startStore } from "../helpers/object-stores.ts";
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

test("a tree in a bucket is refused, and the way that is told instead removes what was deleted there", async () => {
  const store = await startStore("s3");
  const folder = await makeTempFolder();
  vi.stubEnv("MLRUNS_CACHE_DIR", join(folder, "cache"));
  const uri = `${store.uri}/${randomUUID()}`;
  const client = new MlrunsClient(join(folder, "mlruns"));
  const experimentId = await client.createExperiment("e");
  const create = async (): Promise<string> => (await client.createRun(experimentId)).info.runId;
  const [kept, gone] = [await create(), await create()];
  for (const runId of [kept, gone]) await client.logText(runId, "hello", "notes.txt");
  await client.deleteRun(gone);
  await runCli(["push", client.root, uri]);
  const inBucket = await openArtifacts({ kind: "remote", uri });
  const runs = async (): Promise<string[]> => {
    const lines = await outline(inBucket.list(experimentId));
    return [kept, gone].filter((id) => lines.some((line) => line.includes(`/${id}/`)));
  };

  expect(await runCli(["gc", "--root", uri])).toEqual({
    stdout: "",
    stderr:
      `mlruns: Tracking URI '${uri}' is no folder: 's3:' is not supported here.\n` +
      `A tree in a bucket is read-only: \`mlruns serve ${uri}\` shows it. ` +
      `To change it, \`mlruns pull ${uri} TREE\`, change that, and \`mlruns push TREE ${uri} --delete\`.\n`,
    exit: "1",
  });
  expect(await runs()).toEqual([kept, gone]);
  const tree = join(folder, "tree");
  for (const args of [
    ["pull", uri, tree],
    ["gc", "--root", tree],
    ["push", tree, uri, "--delete"],
  ]) {
    expect((await runCli(args)).exit).toBe("0");
  }
  expect(await runs()).toEqual([kept]);
});
