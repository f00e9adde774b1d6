import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { cliPath } from "../helpers/servers.ts";
import { makeTempFolder } from "../helpers/tree.ts";

function doctor(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [cliPath, "doctor", ...args], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { stdout, stderr, status };
}

async function brokenTree() {
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  const experimentId = await client.createExperiment("e");
  const { runId } = (await client.createRun(experimentId)).info;
  client.logMetric(runId, "loss", 1, { timestamp: 5 });
  client.close();
  await client.setTerminated(runId);
  const run = join(client.root, experimentId, runId);
  await writeFile(join(run, "metrics/loss"), "5 1.0 0\n6 los 1\n");
  await rm(join(run, "params"), { recursive: true });
  await mkdir(join(client.root, ".git"));
  return { root: client.root, run: `${experimentId}/${runId}` };
}

test("names each problem by path and line, and what --fix would mend", async () => {
  const { root, run } = await brokenTree();
  const { stdout, stderr, status } = doctor(root);

  expect(stdout.split("\n")).toEqual([
    "error .git: Invalid experiment ID: '.git'. MLflow's own search fails over a folder of this name in the root",
    "  Move it out of the tree. Files may lie in the root.",
    `error ${run}/metrics/loss, line 2: ${METRIC}`,
    `error ${run}/params: The folder is missing, as when git left it out: MLflow 3 refuses the run`,
    "",
  ]);
  expect(stderr).toBe("2 experiments, 1 run: 3 errors, 0 warnings; --fix mends 2\n");
  expect(status).toBe(3);
});

const METRIC = "Metric 'loss' is malformed; could not convert string to float: 'los'";

test("--fix says what it did and where the files are as they were", async () => {
  const { root, run } = await brokenTree();
  const backup = join(dirname(root), "kept");
  const { stdout, stderr, status } = doctor(root, "--fix", "--backup", backup);

  expect(stdout).toContain(`mended ${run}/metrics/loss, line 2: ${METRIC} (rewritten)\n`);
  expect(stdout).toContain(`mended ${run}/params: The folder is missing`);
  expect(stdout).toContain("error .git: ");
  expect(stderr).toBe(
    `The files as they were are in ${backup}\n2 experiments, 1 run: 1 error, 0 warnings\n`,
  );
  expect(status).toBe(3);
  expect(existsSync(join(backup, run, "metrics/loss"))).toBe(true);

  await rm(join(root, ".git"), { recursive: true });
  expect(doctor(root, "--json")).toEqual({
    stdout: "",
    stderr: "2 experiments, 1 run: 0 errors, 0 warnings\n",
    status: 0,
  });
});

test("what is no tree is refused", async () => {
  const { stderr, status } = doctor(join(await makeTempFolder(), "nothing"));

  expect(stderr).toContain("does not exist.");
  expect(status).toBe(1);
});
