import { readdir } from "node:fs/promises";
import { join } from "node:path";
import getPort from "get-port";
import { expect, test } from "vitest";
import { repoRoot } from "./helpers/paths.ts";
import { startServer } from "./helpers/processes.ts";
import { makeTempFolder } from "./helpers/tree.ts";

test("`npm start` where there is no tree trains a demo, keeps it, and serves it", async () => {
  const cwd = await makeTempFolder();
  const port = await getPort();
  const start = async () =>
    startServer({
      program: process.execPath,
      args: [join(repoRoot, ".ci", "start.mjs"), "--port", String(port), "--no-open"],
      options: { cwd },
      port,
      startTimeoutMs: 120_000,
    });
  const first = await start();
  const answer = await fetch(
    `${first.url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=two-moons`,
  );

  expect(answer.status).toBe(200);
  expect(first.output()).toContain("trained momentum-too-high");
  expect(await first.stop()).toBe("0");
  expect(await readdir(join(cwd, ".demo"))).toEqual(["mlruns"]);

  const second = await start();

  expect(second.output()).not.toContain("trained");
});
