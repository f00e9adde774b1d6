import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { MlrunsClient, startRun } from "../../dist/index.js";
import { inTempFolder, race, rateRow } from "./measure.mjs";

const POINTS = 200_000;
const BATCHES = 200;
const BATCH = 1_000;

/** Logging points beside bare `writeSync` on a descriptor that stays open. */
export async function run() {
  return inTempFolder(async (folder) => {
    const root = join(folder, "mlruns");
    const active = await startRun({ trackingUri: root, experimentName: "bench", isNew: true });
    const client = new MlrunsClient(root);
    const { runId } = active;

    const [loop = 0, bare = 0] = await race([
      () => {
        for (let step = 0; step < POINTS; step++)
          active.logMetric("loss", 1 / (step + 1), { step });
      },
      (round) => {
        const fd = openSync(join(folder, `bare-${round}`), "a");
        for (let step = 0; step < POINTS; step++)
          writeSync(fd, `${Date.now()} ${1 / (step + 1)} ${step}\n`);
        closeSync(fd);
      },
    ]);

    const batch = Array.from({ length: BATCH }, (_, i) => ({
      key: `m${i % 10}`,
      value: i,
      timestamp: i,
      step: i,
    }));
    const [batches = 0, oneByOne = 0] = await race(
      [
        () => {
          for (let i = 0; i < BATCHES; i++) client.logBatch(runId, { metrics: batch });
        },
        () => {
          for (let i = 0; i < BATCHES; i++)
            for (const m of batch) client.logMetric(runId, m.key, m.value, m);
        },
      ],
      2,
    );
    await active.end();
    return [
      rateRow(
        "`logMetric` in a loop",
        POINTS / loop,
        "bare `writeSync`",
        POINTS / bare,
        "points/s",
      ),
      rateRow(
        "`logBatch` of 1,000 points",
        (BATCHES * BATCH) / batches,
        "`logMetric` one by one",
        (BATCHES * BATCH) / oneByOne,
        "points/s",
      ),
    ];
  });
}
