import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { repoRoot } from "../../helpers/paths.ts";
import "../../helpers/servers.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

const library = pathToFileURL(join(repoRoot, "dist", "index.js")).href;

/** Runs a process that logs to a new tree; its code has `startRun` and `options`. */
async function runScript(code: string) {
  const trackingUri = join(await makeTempFolder(), "mlruns");
  const options = JSON.stringify({ trackingUri, captureConsole: true });
  const script = `import { startRun } from ${JSON.stringify(library)};\nconst options = ${options};\n${code}`;
  const { stdout, stderr, signal } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", script],
    { encoding: "utf8" },
  );
  const client = new MlrunsClient(trackingUri);
  const { runs } = await client.searchRuns(["0"]);
  const logs = await Promise.all(
    runs.map(async ({ info }) => [
      info.runName,
      await text(await client.readArtifact(info.runId, "console.log")),
    ]),
  );
  return { stdout, stderr, signal, logs: Object.fromEntries(logs) };
}

test("what the process prints during a run is an artifact, and is printed all the same", async () => {
  const { stdout, stderr, logs } = await runScript(`
    console.log("before");
    const outer = await startRun({ ...options, runName: "outer" });
    console.log("epoch %d", 1, { loss: 0.5 });
    const inner = await startRun({ ...options, runName: "inner" });
    console.error("\\u001b[31mcareful\\u001b[0m");
    process.stdout.write(new TextEncoder().encode("é\\n"));
    await inner.end();
    console.log("last");
    await outer.end();
    console.log("after");
  `);

  expect(stdout).toBe("before\nepoch 1 { loss: 0.5 }\né\nlast\nafter\n");
  expect(stderr).toBe("\u001b[31mcareful\u001b[0m\n");
  expect(logs).toEqual({
    outer: "epoch 1 { loss: 0.5 }\ncareful\né\nlast\n",
    inner: "careful\né\n",
  });
});

test("what a process said before it was killed is there", async () => {
  const { signal, logs } = await runScript(`
    await startRun({ ...options, runName: "killed" });
    console.log("so far");
    process.kill(process.pid, "SIGKILL");
  `);

  expect(signal).toBe("SIGKILL");
  expect(logs).toEqual({ killed: "so far\n" });
});
