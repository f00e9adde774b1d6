import { appendFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { runPython } from "../helpers/python.ts";
import { type RunningServer, serve } from "../helpers/servers.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** Logs points, params, tags, files and traces, and writes down each that was answered. Waits where the server dies. */
const LOGGER = `
import json, os, sys, time, mlflow
from mlflow import MlflowClient
uri, journal, signals = sys.argv[1:]
mlflow.set_tracking_uri(uri)
c = MlflowClient()
experiment = c.create_experiment("killed")
run = c.create_run(experiment).info.run_id
def note(**what):
    with open(journal, "a") as f: f.write(json.dumps(what) + "\\n")
for i in range(120):
    c.log_metric(run, "m", i, step=i); note(metric=i)
    if i % 10 == 0:
        c.log_param(run, f"p{i}", i); note(param=f"p{i}")
        c.set_tag(run, f"t{i}", i); note(tag=f"t{i}")
        c.log_text(run, "x" * 1000, f"f{i}.txt"); note(file=f"f{i}.txt")
    if i % 40 == 20:
        with open(signals, "a") as f: f.write("kill\\n")
        time.sleep(0.05)
c.set_terminated(run)
print(json.dumps(dict(run=run, experiment=experiment)))
`;

test("our server may be killed in the middle of a run of MLflow's client: what was answered is there", async () => {
  const folder = await makeTempFolder();
  const root = join(folder, "mlruns");
  const journal = join(folder, "journal");
  const signals = join(folder, "signals");
  appendFileSync(signals, "");
  await mkdir(root);
  let server = await serve(root);
  const { port } = server;
  let kills = 0;
  let isOver = false;
  const killer = (async () => {
    while (!isOver) {
      const asked = (await readFile(signals, "utf8")).split("kill").length - 1;
      if (asked > kills) {
        kills = asked;
        server = await killAndStart(server, root, port);
      } else await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();

  const printed = await runPython(LOGGER, {
    args: [`http://127.0.0.1:${port}`, journal, signals],
    timeoutMs: 150_000,
    env: { MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: "1" },
  }).finally(() => {
    isOver = true;
  });
  await killer;
  const { run } = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as { run: string };

  expect(kills).toBe(3);
  const notes = (await readFile(journal, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string | number>);
  const client = new MlrunsClient(root);
  const { info, data } = await client.getRun(run);
  const steps = new Set((await client.getMetricHistory(run, "m")).map(({ step }) => step));
  const files = new Set((await client.listArtifacts(run)).map(({ path }) => path));
  const lost = notes.filter(
    ({ metric, param, tag, file }) =>
      (metric !== undefined && !steps.has(Number(metric))) ||
      (param !== undefined && !(param in data.params)) ||
      (tag !== undefined && !(tag in data.tags)) ||
      (file !== undefined && !files.has(String(file))),
  );
  expect([info.status, notes.length, lost]).toEqual(["FINISHED", 156, []]);

  // Real MLflow opens the tree.
  const seen = await runPython(
    `
import sys, mlflow
from mlflow import MlflowClient
root, run = sys.argv[1:]
c = MlflowClient(root)
r = c.get_run(run)
print(len({m.step for m in c.get_metric_history(run, "m")}), len(r.data.params), r.info.status, len(c.list_artifacts(run)))
`,
    // The tree tells its artifacts from the folder that it lies in.
    { args: [root, run], cwd: folder },
  );
  expect(seen).toBe("120 12 FINISHED 12\n");
});

async function killAndStart(
  server: RunningServer,
  root: string,
  port: number,
): Promise<RunningServer> {
  await server.stop("SIGKILL");
  return serve(root, { port });
}
