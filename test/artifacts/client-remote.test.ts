import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { outline } from "../contract/outline.ts";
import { type Cloud, startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

describe.each<Cloud>(["s3", "gs", "wasbs"])("a run whose artifacts live at %s://", (cloud) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(cloud);
  });

  test("is logged to, listed, read and downloaded by its stored URI, and keeps its metadata in the tree", async () => {
    const folder = await makeTempFolder();
    const client = new MlrunsClient(join(folder, "mlruns"));
    const artifactLocation = `${store.uri}/team/7`;
    const experimentId = await client.createExperiment("remote", { artifactLocation });
    const run = await client.createRun(experimentId);
    const { runId } = run.info;
    await mkdir(join(folder, "model"));
    await writeFile(join(folder, "model", "weights.bin"), "weights");

    await client.logArtifacts(runId, join(folder, "model"), "model");
    await client.logText(runId, "hello", "notes/hello.txt");

    expect(run.info.artifactUri).toBe(`${artifactLocation}/${runId}/artifacts`);
    expect(await outline(await client.listArtifacts(runId))).toEqual(["model/", "notes/"]);
    expect(await outline(await client.listArtifacts(runId, "model"))).toEqual([
      "model/weights.bin 7",
    ]);
    const range = { start: 1, end: 3 };
    expect(await text(await client.readArtifact(runId, "notes/hello.txt", range))).toBe("ell");
    const copy = await client.downloadArtifacts(runId, "", join(folder, "copy"));
    expect(await readFile(join(copy, "model", "weights.bin"), "utf8")).toBe("weights");
    // As MLflow does, the tree has the folder, but nothing in it.
    expect(await readdir(join(folder, "mlruns", experimentId, runId, "artifacts"))).toEqual([]);
    await client.deleteArtifacts(runId, "model");
    expect(await outline(client.iterateArtifacts(runId))).toEqual(["notes/hello.txt 5"]);
  });
});
