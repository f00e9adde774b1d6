import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import sqlite from "node-sqlite3-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { importInto } from "../../lib/exchange/import.ts";
import { isProcessAlive } from "../../lib/state/process-lock.ts";
import { seededRandom } from "../helpers/fault-proxy.ts";
import { folderBytes } from "../helpers/folder-bytes.ts";
import { KILLS, killRepeatedly } from "../helpers/killing.ts";
import { type PythonSession, startPython } from "../helpers/python.ts";
import { cliPath } from "../helpers/servers.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";
import { readByUs } from "../helpers/whole-tree.ts";
import { withoutPlaces } from "./answers.ts";

const run = promisify(execFile);

let python: PythonSession;

beforeAll(async () => {
  python = await startPython();
}, 60_000);

/** What `mlflow migrate-filestore` does with a tree. @returns the URI of the database */
async function migrate(root: string): Promise<string> {
  const target = `sqlite:///${join(await makeTempFolder(), "mlflow.db")}`;
  await python.run(
    `from pathlib import Path
from mlflow.store.fs2db import migrate
migrate(Path(args["root"]), args["target"], progress=False)`,
    { root, target },
  );
  return target;
}

async function answers(root: string): Promise<unknown> {
  return JSON.parse(JSON.stringify(await readByUs(root), withoutPlaces));
}

/** Path to content of every file of a tree. */
function filesOf(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    paths
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length), md5(path)] as const)
      .sort(),
  );
}

function md5(path: string): string {
  return createHash("md5").update(readFileSync(path)).digest("hex");
}

describe("importing what MLflow's own migration made of a tree", { timeout: 90_000 }, () => {
  test("gives the tree again, with its artifacts", async () => {
    // Other trees it refuses (points logged twice) or cannot hold whole (datasets of points, times of assessments).
    const original = await makeTree("v2-basic");
    const uri = await migrate(original);
    const root = join(await makeTempFolder(), "mlruns");

    const report = await importInto(root, uri, { artifactsRoot: original });

    expect(report.failures).toEqual([]);
    expect(await answers(root)).toEqual(await answers(original));
    const artifacts = (files: Record<string, string>): object =>
      Object.fromEntries(
        // Each writer has its own way of printing spans.
        Object.entries(files).filter(([path]) => /\/artifacts\/(?!traces.json$)/.test(path)),
      );
    expect(artifacts(filesOf(root))).toEqual(artifacts(filesOf(original)));
  });
});

describe("mlruns import", { timeout: 60_000 }, () => {
  let uri: string;
  let whole: Record<string, string>;

  beforeAll(async () => {
    uri = await migrate(await makeTree("v3-edge"));
    const root = join(await makeTempFolder(), "mlruns");
    await importInto(root, uri);
    whole = filesOf(root);
  }, 60_000);

  test("a second time changes nothing and says that all is there", async () => {
    const root = join(await makeTempFolder(), "mlruns");
    const first = await importInto(root, uri);

    const second = await importInto(root, uri);

    expect(filesOf(root)).toEqual(whole);
    const known = Object.entries(first.counts).map(
      ([kind, { carried }]) => [kind, { carried: 0, updated: 0, there: carried }] as const,
    );
    expect(second.counts).toEqual(Object.fromEntries(known));
  });

  test("joins experiments by name, and gives another id where one is taken", async () => {
    const root = join(await makeTempFolder(), "mlruns");
    const other = join(await makeTempFolder(), "mlruns");
    await importInto(other, uri);
    const { experiments: theirs } = await new MlrunsClient(other).scanExperiments("ACTIVE_ONLY");
    const [joined, moved] = theirs.filter(({ experimentId }) => experimentId !== "0");
    const client = new MlrunsClient(root);
    client.createTree();
    const ours = await client.createExperiment(String(joined?.name));
    const taken = String(moved?.experimentId);
    mkdirSync(join(root, taken));
    const meta = readFileSync(join(root, "0", "meta.yaml"), "utf8");
    const changed = meta.replace("'0'", `'${taken}'`).replace("name: Default", "name: in the way");
    writeFileSync(join(root, taken, "meta.yaml"), changed);

    const { failures } = await importInto(root, uri);

    const { experiments } = await client.scanExperiments("ALL");
    const idOf = (name?: string): string[] =>
      experiments.filter((each) => each.name === name).map(({ experimentId }) => experimentId);
    expect(failures).toEqual([]);
    expect(idOf(joined?.name)).toEqual([ours]);
    expect(idOf("in the way")).toEqual([taken]);
    expect(idOf(moved?.name)).toEqual([expect.not.stringMatching(`^${taken}$`)]);
  });

  test("killed at any moment it is finished by the next one, with the same result", async () => {
    const { expected, results } = await killRepeatedly(
      KILLS,
      seededRandom(17),
      async () => {
        const root = join(await makeTempFolder(), "mlruns");
        return { state: root, args: ["import", uri, "--root", root] };
      },
      folderBytes,
    );

    expect(results).toEqual(results.map(() => expected));
    const leftovers = readdirSync(tmpdir()).filter((name) => name.startsWith("mlruns-sqlite-"));
    expect(leftovers.filter((name) => !isProcessAlive(Number(name.split("-")[3])))).toEqual([]);
  }, 600_000);

  test.each([
    ["sqlite:///missing.db", "'missing.db' does not exist."],
    ["missing.csv", "'missing.csv' does not exist."],
    ["mysql://host/db", "'mysql://host/db' is nothing that can be imported."],
    ["sqlite:///text.db", "'text.db' cannot be read: file is not a database"],
    ["sqlite:///other.db", "It is no database of MLflow 2 or newer: no table 'experiments'."],
    ["postgresql://nobody@127.0.0.1:1/x", "PostgreSQL: connect ECONNREFUSED 127.0.0.1:1"],
  ])("refuses %s with the reason", async (source, message) => {
    const cwd = await makeTempFolder();
    writeFileSync(join(cwd, "text.db"), "no database".repeat(100));
    const other = new sqlite.Database(join(cwd, "other.db"));
    other.exec("CREATE TABLE t (a)");
    other.close();

    const answer = await run(process.execPath, [cliPath, "import", source, "--root", "r"], {
      cwd,
    }).catch((error: { code: number; stderr: string }) => error);

    expect(answer).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`mlruns: ${message}\n`),
    });
    expect(existsSync(join(cwd, "r"))).toBe(false);
  });
});
