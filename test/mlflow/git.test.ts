/** A tree that went through git: real MLflow reads a clone, and what two branches merged. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { GIT_ENVIRONMENT, git } from "../helpers/git.ts";
import { runCli } from "../helpers/killing.ts";
import { startPython } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { readByMlflow, readByUs, writeByMlflow } from "../helpers/whole-tree.ts";

const LOG = `
mlflow.set_experiment("e")
run = client.get_run(given) if given else mlflow.start_run(run_name="shared")
for step in range(3):
    client.log_metric(run.info.run_id, "loss", 1 / (step + 1), step=step + (10 if given else 0))
if not given:
    # Without params and artifacts: git keeps neither folder.
    mlflow.end_run("RUNNING")
else:
    client.set_terminated(run.info.run_id)
print(run.info.run_id)
`;

test("MLflow refuses a run of a bare clone, and reads it after git init; branches merge to a tree that opens", async () => {
  const python = await startPython();
  const folder = join(await makeTempFolder(), "project");
  const root = join(folder, "mlruns");
  await mkdir(folder);
  const runId = (await writeByMlflow(python, root, LOG, "")).trim().split("\n").at(-1) ?? "";
  const init = async (cwd: string): Promise<void> => {
    expect(await runCli(["git", "init"], { cwd, env: GIT_ENVIRONMENT })).toMatchObject({
      exit: "0",
    });
  };
  await init(folder);
  expect((await runCli(["relocate"], { cwd: folder })).exit).toBe("0");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "start");
  const clone = join(dirname(folder), "clone");
  git(dirname(folder), "clone", "--quiet", folder, clone);
  const there = join(clone, "mlruns");

  const read = `
try:
    print(client.get_run(given).info.run_id)
except Exception as e:
    print(e)
`;
  expect(await writeByMlflow(python, there, read, runId)).toContain(`Run '${runId}' not found`);
  await init(clone);
  expect((await writeByMlflow(python, there, read, runId)).trim()).toBe(runId);

  // Python goes on with the run in the clone, we go on with it here.
  await writeByMlflow(python, there, LOG, runId);
  git(clone, "add", "--all");
  git(clone, "commit", "--quiet", "--message", "theirs");
  const client = new MlrunsClient(root);
  client.logMetric(runId, "loss", 0.9, { step: 5 });
  client.logMetric(runId, "auc", 0.5);
  client.close();
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "ours");
  git(folder, "pull", "--quiet", "--no-rebase", "--no-edit", clone, "HEAD");

  expect(await readByUs(root)).toEqual(await readByMlflow(python, root));
  expect((await client.getMetricHistory(runId, "loss")).map(({ step }) => step).sort()).toEqual([
    0, 1, 10, 11, 12, 2, 5,
  ]);
  expect((await client.getRun(runId)).info.status).toBe("FINISHED");
}, 120_000);
