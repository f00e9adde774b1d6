import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { importInto } from "../../lib/exchange/import.ts";
import { startPostgres } from "../helpers/postgres.ts";
import type { PythonSession } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { answersOf, seed, startMlflow } from "./answers.ts";

let python: PythonSession;
let python2: PythonSession;
let postgres: Awaited<ReturnType<typeof startPostgres>>;

beforeAll(async () => {
  [python, python2, postgres] = await Promise.all([
    startMlflow("3.17.2"),
    startMlflow("2.22.5"),
    startPostgres(),
  ]);
}, 120_000);

describe("a tree into which a database of MLflow was imported", () => {
  test("answers as the SQLite database of MLflow 3.17 does", { timeout: 120_000 }, async () => {
    const folder = await makeTempFolder();
    const uri = `sqlite:///${join(folder, "mlflow.db")}`;
    await seed(python, uri, folder);
    const root = join(folder, "tree", "mlruns");

    const report = await importInto(root, uri);

    expect(report.failures).toEqual([]);
    expect(await answersOf(python, root, join(folder, "tree"))).toEqual(
      await answersOf(python, uri, folder),
    );
  });

  test("answers as the PostgreSQL database of MLflow 3.17 does", { timeout: 120_000 }, async () => {
    const folder = await makeTempFolder();
    const uri = await postgres.createDatabase("tracking");
    await seed(python, uri, folder);
    const root = join(folder, "tree", "mlruns");

    const report = await importInto(root, uri);

    expect(report.failures).toEqual([]);
    expect(await answersOf(python, root, join(folder, "tree"))).toEqual(
      await answersOf(python, uri, folder),
    );
  });

  test("answers as the SQLite database of MLflow 2.22 does", { timeout: 120_000 }, async () => {
    const folder = await makeTempFolder();
    const uri = `sqlite:///${join(folder, "mlflow.db")}`;
    await seed(python2, uri, folder);
    const root = join(folder, "tree", "mlruns");

    const report = await importInto(root, uri);

    expect(report.failures).toEqual([]);
    expect(await answersOf(python2, root, join(folder, "tree"))).toEqual(
      await answersOf(python2, uri, folder),
    );
  });
});
