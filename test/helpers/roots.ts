import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { MlrunsClient } from "../../lib/client/client.ts";
import { makeTempFolder } from "./tree.ts";

/** Two trees: `ada` has an experiment "fraud" that was copied to `bob`, each goes on with a run of its own. */
export interface TwoRoots {
  /** The folder around them. */
  readonly folder: string;
  readonly ada: MlrunsClient;
  readonly bob: MlrunsClient;
  readonly experimentId: string;
  /** A run that both have. */
  readonly shared: string;
  /** A run of bob's alone. */
  readonly own: string;
}

/** Start of the oldest run, ms since the epoch. */
const START = 1_790_000_000_000;

export async function makeTwoRoots(): Promise<TwoRoots> {
  const folder = await makeTempFolder();
  const ada = new MlrunsClient(join(folder, "ada", "mlruns"));
  const bob = new MlrunsClient(join(folder, "team", "bob", "mlruns"));
  ada.createTree();
  const experimentId = await ada.createExperiment("fraud");
  const shared = await logRun(ada, experimentId, "shared", 0.5, 0);
  await mkdir(join(folder, "team", "bob"), { recursive: true });
  await cp(ada.root, bob.root, { recursive: true });
  await logRun(ada, experimentId, "of-ada", 0.25, 1);
  const own = await logRun(bob, experimentId, "of-bob", 0.75, 2);
  await bob.logText(own, "<p>bob's report</p>", "reports/report.html");
  bob.setTag(own, "mlflow.parentRunId", shared);
  await ada.createRegisteredModel("detector");
  await bob.createRegisteredModel("detector");
  await bob.createModelVersion("detector", `runs:/${own}/model`, { runId: own });
  return { folder, ada, bob, experimentId, shared, own };
}

async function logRun(
  client: MlrunsClient,
  experimentId: string,
  runName: string,
  loss: number,
  minute: number,
): Promise<string> {
  const startTime = START + minute * 60_000;
  const { info } = await client.createRun(experimentId, { runName, startTime });
  client.logParam(info.runId, "lr", String(loss / 10));
  for (let step = 0; step < 5; step++) {
    client.logMetric(info.runId, "loss", loss / (step + 1), { step, timestamp: startTime + step });
  }
  await client.setTerminated(info.runId, "FINISHED", { endTime: startTime + 30_000 });
  return info.runId;
}
