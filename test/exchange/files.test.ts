import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import type { Run } from "../../lib/entities/run.ts";
import { exportFrom } from "../../lib/exchange/export.ts";
import { importInto } from "../../lib/exchange/import.ts";
import { printTimestamp } from "../../lib/format/timestamp.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

async function allRuns(root: string): Promise<Run[]> {
  const client = new MlrunsClient(root);
  const { experiments } = await client.scanExperiments("ALL");
  const ids = experiments.map(({ experimentId }) => experimentId);
  return (await client.searchRuns(ids, { viewType: "ALL" })).runs;
}

describe("a table of runs", () => {
  test("has in each format every param, tag and latest metric of every run", async () => {
    const root = await makeTree("v3-basic");
    const folder = await makeTempFolder();
    const files = ["runs.json", "runs.jsonl", "runs.parquet", "runs.csv"].map((name) =>
      join(folder, name),
    );

    for (const file of files) expect((await exportFrom(root, file)).failures).toEqual([]);

    const [json = "", lines = "", parquet = "", csv = ""] = files;
    const rows = JSON.parse(await readFile(json, "utf8")) as Record<string, unknown>[];
    const runs = await allRuns(root);
    const spelled = (value: number): unknown => (Number.isFinite(value) ? value : String(value));
    const wanted = runs.map(({ info, data }) => ({
      run_id: info.runId,
      start_time: printTimestamp(info.startTime),
      ...prefixed(
        "metrics",
        Object.entries(data.metrics).map(([k, v]) => [k, spelled(v)]),
      ),
      ...prefixed("params", Object.entries(data.params)),
      ...prefixed("tags", Object.entries(data.tags)),
    }));
    expect(rows).toHaveLength(wanted.length);
    for (const run of wanted) {
      expect(rows.find((row) => row.run_id === run.run_id)).toMatchObject(run);
    }
    expect(
      (await readFile(lines, "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);
    const read = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) });
    expect(read.map(likeJson)).toEqual(rows);
    const [head, ...others] = (await readFile(csv, "utf8")).split("\r\n");
    expect(head?.split(",").slice(0, 3)).toEqual(["run_id", "run_name", "experiment_id"]);
    expect(others.filter((line) => /^[0-9a-f]{32},/.test(line))).toHaveLength(rows.length);
    expect(readdirSync(folder).sort()).toEqual(
      files.map((file) => file.slice(folder.length + 1)).sort(),
    );
  });

  test("has all that can be read, and names each broken thing once", async () => {
    const root = await makeTree("v3-basic");
    await mkdir(join(root, ".git"));
    const file = join(await makeTempFolder(), "runs.jsonl");

    const { failures, counts } = await exportFrom(root, file);

    expect(failures.map(({ kind, id }) => [kind, id])).toEqual([["file", ".git"]]);
    expect(counts.run.carried).toBe((await allRuns(root)).length);
  });

  test("of histories has a row for each point", async () => {
    const root = await makeTree("v3-basic");
    const file = join(await makeTempFolder(), "points.parquet");

    const { metricPoints } = await exportFrom(root, file, { content: "histories" });

    const client = new MlrunsClient(root);
    const wanted: object[] = [];
    for (const { info, data } of await allRuns(root)) {
      for (const key of Object.keys(data.metrics)) {
        for (const { step, value, timestamp } of await client.getMetricHistory(info.runId, key)) {
          wanted.push({ run_id: info.runId, key, step, value, timestamp });
        }
      }
    }
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
    const points = rows.map(({ run_id, key, step, value, timestamp }) => ({
      run_id,
      key,
      step: Number(step),
      value,
      timestamp: (timestamp as Date).getTime(),
    }));
    expect(metricPoints).toBe(wanted.length);
    expect(points.sort(byText)).toEqual(wanted.sort(byText));
  });
});

describe("a run in a zip", () => {
  test("comes out of it in another tree with all that belongs to it", async () => {
    const root = await makeTree("v3-sklearn");
    const [run] = (await allRuns(root)).filter(({ outputs }) => outputs.modelOutputs.length > 0);
    if (run === undefined) throw new Error("The tree has no run with a model");
    const folder = await makeTempFolder();
    const zip = join(folder, "run.zip");
    const other = join(folder, "other", "mlruns");

    const report = await exportFrom(root, zip, { runIds: new Set([run.info.runId]) });
    await importInto(other, zip);

    expect(report.failures).toEqual([]);
    const [copy, ...others] = await allRuns(other);
    expect(others).toEqual([]);
    const place = (each?: Run): object => ({ ...each, info: { ...each?.info, artifactUri: null } });
    expect(place(copy)).toEqual(place(run));
    const files = async (tree: string): Promise<string[]> => {
      const repository = await new MlrunsClient(tree).openRunArtifacts(run.info.runId);
      const found: string[] = [];
      for await (const { path, fileSize } of repository.list("")) found.push(`${path} ${fileSize}`);
      return found;
    };
    expect(await files(other)).toEqual(await files(root));
    const model = run.outputs.modelOutputs[0]?.modelId ?? "";
    expect((await new MlrunsClient(other).getLoggedModel(model)).name).toBe(
      (await new MlrunsClient(root).getLoggedModel(model)).name,
    );
  });

  test("that is none is refused with the reason, and no tree is made", async () => {
    const folder = await makeTempFolder();
    const root = join(folder, "mlruns");

    await expect(importInto(root, join(folder, "missing.zip"))).rejects.toThrow("does not exist");
    await exportFrom(await makeTree("v2-basic"), join(folder, "table.csv"));
    const { rename } = await import("node:fs/promises");
    await rename(join(folder, "table.csv"), join(folder, "table.zip"));
    await expect(importInto(root, join(folder, "table.zip"))).rejects.toThrow(
      /table.zip' cannot be read: /,
    );
    expect(existsSync(root)).toBe(false);
  });
});

function prefixed(prefix: string, entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries.map(([key, value]) => [`${prefix}.${key}`, value]));
}

/** A row of Parquet as JSON has it. */
function likeJson(row: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) => {
      if (value === null || value === undefined) return [];
      if (value instanceof Date) return [[key, printTimestamp(value.getTime())]];
      return [[key, typeof value === "number" && !Number.isFinite(value) ? String(value) : value]];
    }),
  );
}

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
