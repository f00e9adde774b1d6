import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { checkTree } from "../../../lib/store/doctor/check.ts";
import { type FixReport, fixTree } from "../../../lib/store/doctor/fix.ts";
import { createExperiment } from "../../../lib/store/experiments.ts";
import { readHistory } from "../../../lib/store/history.ts";
import { createLoggedModel } from "../../../lib/store/logged-models.ts";
import { createModelVersion, getModelVersion } from "../../../lib/store/model-versions.ts";
import { createRegisteredModel } from "../../../lib/store/registry.ts";
import { createRun, getRun, updateRun } from "../../../lib/store/runs.ts";
import { openStore, type Store } from "../../../lib/store/store.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

let store: Store;
let experimentId: string;
let runId: string;

beforeEach(async () => {
  store = openStore(join(await makeTempFolder(), "mlruns"));
  experimentId = createExperiment(store, "e");
  runId = createRun(store, experimentId, { runName: "r" }).info.runId;
  updateRun(store, runId, { status: "FINISHED", endTime: 2e12 });
});

function file(...parts: string[]): string {
  return join(store.root, experimentId, runId, ...parts);
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

function whatWasMended({ mended }: FixReport): string[] {
  return mended.map(
    ({ finding, what }) => `${finding.path.replace(`${experimentId}/${runId}/`, "")}: ${what}`,
  );
}

describe("metrics", () => {
  test("points stay as they are, lines beyond doubt are put right, the others go; the file is kept", () => {
    const content = [
      "\ufeff1 0.5 0",
      "2 0.6 1",
      "3\t0.7\t2",
      "4  0.8   3",
      "5.75 0.9 4",
      "6 1.0 5 rest",
      "7 1.1 2.5",
      "8 los 7",
      "",
      "9 1e-07 8 valid d1",
      "10 1.3 9\0\0\0",
      "11",
    ].join("\n");
    writeFileSync(file("metrics/loss"), content);
    const report = fixTree(store);

    expect(readFileSync(file("metrics/loss"), "utf8")).toBe(
      "1 0.5 0\n2 0.6 1\n3 0.7 2\n4 0.8 3\n5 0.9 4\n9 1e-07 8 valid d1\n10 1.3 9\n",
    );
    expect(report.left.findings).toEqual([]);
    const kept = join(report.backupFolder ?? "", experimentId, runId, "metrics/loss");
    expect(readFileSync(kept, "utf8")).toBe(content);
    expect(readHistory(store, runId, "loss").problems).toEqual([]);
  });

  test("a line that is still being written is no mistake", () => {
    updateRun(store, runId, { status: "RUNNING" });
    writeFileSync(file("metrics/loss"), "1 0.5 0\n2 0.");

    expect(checkTree(store).findings).toEqual([]);
    updateRun(store, runId, { status: "FAILED" });
    expect(checkTree(store).findings).toEqual([]);
    writeFileSync(file("metrics/loss"), "1 0.5 0\n2");
    expect(checkTree(store).findings.map(({ kind, line }) => [kind, line])).toEqual([
      ["metric-line", 2],
    ]);
  });

  test("a file without any point is moved away, so that the run can be read", () => {
    writeFileSync(file("metrics/loss"), "not a metric\nat all\n");

    expect(whatWasMended(fixTree(store))).toContain("metrics/loss: moved to the backup");
    expect(existsSync(file("metrics/loss"))).toBe(false);
  });
});

describe("runs", () => {
  test("what git does not keep is made again", () => {
    for (const name of ["metrics", "params", "artifacts"]) rmSync(file(name), { recursive: true });
    rmSync(join(store.root, ".trash"), { recursive: true });
    const report = fixTree(store);

    expect(whatWasMended(report).sort()).toEqual([
      ".trash: made the folder",
      "artifacts: made the folder",
      "metrics: made the folder",
      "params: made the folder",
    ]);
    expect(report.backupFolder).toBeUndefined();
    expect(readdirSync(dirname(store.root))).toEqual([basename(store.root)]);
  });

  test("a meta.yaml gets what can be said without a guess", () => {
    edit(file("meta.yaml"), (meta) =>
      meta
        .replace(/^user_id: .*\n/m, "")
        .replace(/^status: .*/m, "status: KILLED")
        .replace(/^start_time: (\d+)/m, "start_time: '$1'"),
    );
    edit(file("meta.yaml"), (meta) => `${meta}zz_future: kept\n`);
    expect(checkTree(store).findings.map(({ kind }) => kind)).toEqual(["run-meta"]);

    fixTree(store);
    expect(getRun(store, runId).info).toMatchObject({ userId: "unknown", status: "KILLED" });
    expect(readFileSync(file("meta.yaml"), "utf8")).toContain("zz_future: kept\n");
  });

  test("a file that was cut is not filled up", () => {
    edit(file("meta.yaml"), (meta) => meta.slice(0, meta.indexOf("start_time")));
    const before = readFileSync(file("meta.yaml"), "utf8");

    expect(fixTree(store).mended).toEqual([]);
    expect(readFileSync(file("meta.yaml"), "utf8")).toBe(before);
  });

  test("the tag takes the name of meta.yaml, which MLflow shows", () => {
    writeFileSync(file("tags/mlflow.runName"), "other");
    fixTree(store);

    expect(getRun(store, runId).data.tags["mlflow.runName"]).toBe("r");
  });

  test("strays of git and editors go; what is a value stays", () => {
    for (const name of [".gitkeep", ".DS_Store", "lr~", ".lr.swp"])
      writeFileSync(file("params", name), "x");
    writeFileSync(file("params/a.bak.b"), "value");
    const report = fixTree(store);

    expect(Object.keys(getRun(store, runId).data.params)).toEqual(["a.bak.b"]);
    expect(
      readdirSync(join(report.backupFolder ?? "", experimentId, runId, "params")).sort(),
    ).toEqual([".DS_Store", ".gitkeep", ".lr.swp", "lr~"]);
  });
});

describe("a tree that was moved", () => {
  test("locations of the other machine become relative, of runs, models, versions and experiments", () => {
    const { modelId } = createLoggedModel(store, experimentId);
    createRegisteredModel(store, "m");
    const source = `/home/ada/mlruns/${experimentId}/${runId}/artifacts/model`;
    mkdirSync(file("artifacts/model"));
    createModelVersion(store, "m", source);
    for (const path of ["meta.yaml", `${runId}/meta.yaml`, `models/${modelId}/meta.yaml`]) {
      edit(join(store.root, experimentId, path), (meta) =>
        meta.replace(/: mlruns\//, ": file:///home/ada/mlruns/"),
      );
    }
    expect(
      checkTree(store)
        .findings.map(({ kind }) => kind)
        .sort(),
    ).toEqual(["experiment-location", "logged-model-location", "run-location", "version-source"]);

    expect(fixTree(store).left.findings).toEqual([]);
    expect(getRun(store, runId).info.artifactUri).toBe(`mlruns/${experimentId}/${runId}/artifacts`);
    expect(getModelVersion(store, "m", "1")).toMatchObject({
      source: `mlruns/${experimentId}/${runId}/artifacts/model`,
      storageLocation: `mlruns/${experimentId}/${runId}/artifacts/model`,
    });
  });

  test("a copy that still names the first tree is told apart, and left alone", async () => {
    const first = join(await makeTempFolder(), "mlruns");
    mkdirSync(join(first, ".trash"), { recursive: true });
    mkdirSync(join(first, experimentId, runId, "artifacts"), { recursive: true });
    edit(file("meta.yaml"), (meta) => meta.replace(/: mlruns\//, `: ${first}/`));
    const { findings } = checkTree(store);

    expect(findings).toMatchObject([
      { kind: "run-location", hint: expect.stringContaining("MLflow writes there.") },
    ]);
    expect(fixTree(store).mended).toEqual([]);
  });
});

test("copies are not put over those of an earlier time", async () => {
  const backupFolder = await makeTempFolder();
  writeFileSync(join(backupFolder, "kept"), "");
  writeFileSync(file("metrics/.gitkeep"), "");

  expect(() => fixTree(store, { backupFolder })).toThrow(
    `The folder '${backupFolder}' for the backup is not empty.`,
  );
  expect(existsSync(file("metrics/.gitkeep"))).toBe(true);
});

test("a second --fix finds nothing more to do", () => {
  writeFileSync(file("metrics/.gitkeep"), "");
  fixTree(store);

  expect(fixTree(store).mended).toEqual([]);
});
