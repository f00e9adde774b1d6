import { join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { ChangeFeed } from "../../lib/server/events.ts";
import type { ChangeEvent } from "../../lib/wire/data-files.ts";
import { makeTempFolder } from "../helpers/tree.ts";

test("an event tells a run that has only logged from one that is new or has ended", async () => {
  const root = join(await makeTempFolder(), "mlruns");
  const writer = new MlrunsClient(root);
  const experimentId = await writer.createExperiment("told");
  const feed = new ChangeFeed(new MlrunsClient(root));
  const told: ChangeEvent["what"][] = [];
  const stop = feed.listen(({ runId, what }) => {
    if (runId !== null) told.push(what);
  });
  const next = (count: number) => expect.poll(() => told.length, { timeout: 10_000 }).toBe(count);

  const { info } = await writer.createRun(experimentId);
  await next(1);
  await writer.logMetric(info.runId, "loss", 1, { step: 0 });
  await next(2);
  await writer.logMetric(info.runId, "loss", 0.5, { step: 1 });
  await next(3);
  await writer.setTerminated(info.runId);
  await next(4);
  stop();

  expect(told).toEqual(["run", "data", "data", "run"]);
});
