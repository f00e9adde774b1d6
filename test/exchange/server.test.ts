import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { exportFrom } from "../../lib/exchange/export.ts";
import { importInto } from "../../lib/exchange/import.ts";
import { startMlflowServer } from "../helpers/mlflow-server.ts";
import { startPostgres } from "../helpers/postgres.ts";
import type { RunningServer } from "../helpers/processes.ts";
import type { PythonSession } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { answersOf, databaseEnvironment, seed, startMlflow } from "./answers.ts";

let python: PythonSession;
let python2: PythonSession;
let servers: { readonly sqlite: RunningServer; readonly postgres: RunningServer };
/** Of MLflow 2.22. */
let server2: RunningServer;
/** A folder with a tree in which is something of everything, written by MLflow. */
let folder: string;
let root: string;
let answers: object;

beforeAll(async () => {
  folder = await makeTempFolder();
  root = join(folder, "mlruns");
  const postgres = await startPostgres();
  const start = async (backend: string): Promise<RunningServer> =>
    startMlflowServer("3.17.2", {
      backend,
      artifacts: join(await makeTempFolder(), "artifacts"),
      cwd: folder,
      // Its workers for jobs cost more than all that is asked of it here.
      env: { ...databaseEnvironment("3.17.2"), MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" },
    });
  const [session, session2, older, onSqlite, onPostgres] = await Promise.all([
    startMlflow("3.17.2"),
    startMlflow("2.22.5"),
    startMlflowServer("2.22.5", {
      backend: `sqlite:///${join(await makeTempFolder(), "server.db")}`,
      artifacts: join(await makeTempFolder(), "artifacts"),
      cwd: folder,
      env: databaseEnvironment("2.22.5"),
    }),
    start(`sqlite:///${join(await makeTempFolder(), "server.db")}`),
    start(await postgres.createDatabase("tracking")),
  ]);
  [python, python2, server2] = [session, session2, older];
  servers = { sqlite: onSqlite, postgres: onPostgres };
  const source = await makeTempFolder();
  const uri = `sqlite:///${join(source, "mlflow.db")}`;
  await seed(python, uri, source);
  await importInto(root, uri);
  answers = await answersOf(python, root, folder);
}, 240_000);

test.each(["sqlite", "postgres"] as const)(
  "a server over %s answers as the tree that was exported to it, and is passed over the second time",
  { timeout: 240_000 },
  async (kind) => {
    const { url } = servers[kind];

    const report = await exportFrom(root, url);

    expect(report.failures).toEqual([]);
    expect(report.counts.run).toEqual({ carried: 5, updated: 0, there: 0 });
    expect(comparable(await answersOf(python, url, folder))).toEqual(comparable(answers));
    const again = await exportFrom(root, url);
    expect([again.counts.run, again.counts.modelVersion, again.metricPoints]).toEqual([
      { carried: 0, updated: 0, there: 5 },
      { carried: 0, updated: 0, there: 4 },
      0,
    ]);
  },
);

test("a tree that was imported from a running server answers as the server", {
  timeout: 240_000,
}, async () => {
  const { url } = servers.sqlite;
  const place = await makeTempFolder();

  const report = await importInto(join(place, "mlruns"), url);

  expect(report.failures).toEqual([]);
  expect(spelledAlike(await answersOf(python, join(place, "mlruns"), place))).toEqual(
    spelledAlike(await answersOf(python, url, folder)),
  );
});

test("a server of MLflow 2.22 takes a tree of 2.22 whole, and gives it back", {
  timeout: 240_000,
}, async () => {
  const [source, back] = [await makeTempFolder(), await makeTempFolder()];
  const tree = join(source, "tree", "mlruns");
  const uri = `sqlite:///${join(source, "mlflow.db")}`;
  await seed(python2, uri, source);
  await importInto(tree, uri);

  const sent = await exportFrom(tree, server2.url);
  const taken = await importInto(join(back, "mlruns"), server2.url);

  expect([sent.failures, taken.failures]).toEqual([[], []]);
  const there = await answersOf(python2, server2.url, source);
  expect(comparable(there)).toEqual(
    comparable(await answersOf(python2, tree, join(source, "tree"))),
  );
  expect(spelledAlike(await answersOf(python2, join(back, "mlruns"), back))).toEqual(
    spelledAlike(there),
  );
  expect((await exportFrom(tree, server2.url)).counts.run).toEqual({
    carried: 0,
    updated: 0,
    there: 5,
  });
});

/** Answers with the ids of the tree, and without the times that a server sets itself. */
function comparable(answers: object): unknown {
  const { experiments, runs, logged_models } = answers as {
    experiments: { experiment_id: string; name: string }[];
    runs: Record<string, { tags: Record<string, string> }>;
    logged_models: { model_id: string; tags: Record<string, string> }[];
  };
  const names = [
    ...Object.entries(runs).map(([id, { tags }]) => [id, tags["mlruns.source.runId"]] as const),
    ...logged_models.map(({ model_id: id, tags }) => [id, tags["mlruns.source.modelId"]] as const),
  ];
  const whole = names.reduce(
    (json, [id, name]) => (name === undefined ? json : json.replaceAll(id, name)),
    experiments.reduce(
      (json, { experiment_id: id, name }) =>
        json.replaceAll(`"experiment_id":"${id}"`, `"experiment_id":"of ${name}"`),
      JSON.stringify(answers),
    ),
  );
  return JSON.parse(whole, (key, value: unknown) => {
    if (OF_THE_SERVER.has(key)) return undefined;
    if (value === "" && MAY_BE_NULL.has(key)) return null;
    if (key === "runs" || key === "histories" || key === "artifacts")
      return sorted(value as object);
    if (key === "experiments") return [...(value as { name: string }[])].sort(byName);
    return value;
  });
}

function spelledAlike(answers: object): unknown {
  return JSON.parse(JSON.stringify(answers), (key, value: unknown) =>
    value === "" && MAY_BE_NULL.has(key) ? null : value,
  );
}

/** What a server answers for null. */
const MAY_BE_NULL = new Set(["description", "run_link", "status_message", "user_id"]);

const OF_THE_SERVER = new Set([
  "creation_time",
  "last_update_time",
  "creation_timestamp",
  "last_updated_timestamp",
  "mlruns.source.experimentId",
  "mlruns.source.runId",
  "mlruns.source.modelId",
]);

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort());
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
