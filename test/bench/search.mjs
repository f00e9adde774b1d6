import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { MlrunsClient } from "../../dist/index.js";
import { fillServer, writeRows } from "./copy.mjs";
import { call } from "./load.mjs";
import { inTempFolder, race, timeRow } from "./measure.mjs";
import { askMlflow, MLFLOW_ENV, mlflowPython, serveFastTrackML } from "./rivals.mjs";
import { benchTree, cached, FILTER, ORDER, SIZES } from "./trees.mjs";

/** MLflow's file store reads every file of every run at each search: more runs than this would take minutes. */
const MOST_IN_FILES = 1_000;

/** A filter, an order and the first 100 runs, of runs that are open. */
export async function run() {
  const rows = [];
  for (const runs of SIZES) rows.push(...(await searchTree(runs)));
  return rows;
}

/** @param {number} runs */
async function searchTree(runs) {
  const tree = await benchTree(runs);
  const sqlite = await mlflowDatabase(runs, tree);
  const fasttrackml = await fastTrackDatabase(runs, tree);
  return inTempFolder(async (folder) => {
    process.env.MLRUNS_CACHE_DIR = join(folder, "cache");
    const client = new MlrunsClient(tree);
    const ids = (await client.searchExperiments({})).experiments.map((each) => each.experimentId);
    const expected = await search(client, ids);
    const [ours = 0] = await race([() => search(client, ids)], 20);

    const inSqlite = await askMlflow(MLFLOW, `sqlite:///${sqlite}`, FILTER, ORDER, "3");
    checkCount("MLflow on SQLite", inSqlite.found, expected);
    const inFastTrack = await searchFastTrack(fasttrackml, folder, expected);
    const what = `filter, order, top 100 of ${runs.toLocaleString("en-US")} open runs`;
    const rows = [
      timeRow(
        what,
        ours,
        "MLflow, SQLite in-process",
        inSqlite.seconds,
        runs >= 10_000 ? 500 : undefined,
      ),
      timeRow(what, ours, "FastTrackML over REST", inFastTrack, runs >= 10_000 ? 5 : undefined),
    ];
    if (runs > MOST_IN_FILES) return rows;
    const inFiles = await askMlflow(MLFLOW, tree, FILTER, ORDER, "1");
    checkCount("MLflow on files", inFiles.found, expected);
    return [...rows, timeRow(what, ours, "MLflow on the same files", inFiles.seconds)];
  });
}

/**
 * @param {MlrunsClient} client
 * @param {string[]} ids - of experiments, found before as on the other sides
 * @returns how many runs were found
 */
async function search(client, ids) {
  const options = { filter: FILTER, orderBy: [ORDER], maxResults: 100 };
  return (await client.searchRuns(ids, options)).runs.length;
}

/**
 * @param {string} database
 * @param {string} folder
 * @param {number} expected
 */
async function searchFastTrack(database, folder, expected) {
  const server = await serveFastTrackML(database, folder);
  try {
    const { experiments } = await call(server.port, "experiments/search", { max_results: 1_000 });
    const request = {
      experiment_ids: experiments.map(
        (/** @type {{ experiment_id: string }} */ each) => each.experiment_id,
      ),
      filter: FILTER,
      order_by: [ORDER],
      max_results: 100,
    };
    const [best = 0] = await race(
      [
        async () => {
          const { runs } = await call(server.port, "runs/search", request);
          checkCount("FastTrackML", runs.length, expected);
        },
      ],
      10,
    );
    return best;
  } finally {
    await server.stop();
  }
}

/**
 * @param {string} whose
 * @param {number} found
 * @param {number} expected
 */
function checkCount(whose, found, expected) {
  if (found !== expected) throw new Error(`${whose} finds ${found} runs and we ${expected}`);
}

const MLFLOW = `
import json, sys, time
from mlflow import MlflowClient
uri, query, order, rounds = sys.argv[1:]
client = MlflowClient(uri)
ids = [each.experiment_id for each in client.search_experiments()]
times = []
for _ in range(int(rounds)):
    start = time.perf_counter()
    found = client.search_runs(ids, query, order_by=[order], max_results=100)
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": min(times), "found": len(found)}))
`;

/**
 * MLflow's SQLite database of the runs of a tree, made once. Of each metric it holds the latest point alone, which
 * makes its tables smaller and its searches quicker.
 *
 * @param {number} runs
 * @param {string} tree
 */
async function mlflowDatabase(runs, tree) {
  const python = await mlflowPython();
  return cached(`mlflow-${runs}.db`, async (target) => {
    await inTempFolder(async (folder) => {
      const rows = await writeRows(tree, join(folder, "rows.jsonl"));
      execFileSync(python, ["-c", FILL, target, rows], { env: MLFLOW_ENV, stdio: "ignore" });
    });
  });
}

/** Rows go straight into the tables that MLflow has made: logging them through its client would take hours. */
const FILL = `
import json, sqlite3, sys
from mlflow import MlflowClient
target, rows = sys.argv[1:]
client = MlflowClient(f"sqlite:///{target}")
client.search_experiments()
db = sqlite3.connect(target)
copies = {}
def insert(table, **values):
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))
for line in open(rows, encoding="utf-8"):
    row = json.loads(line)
    experiment = row["experimentId"]
    if experiment not in copies:
        db.commit()
        copies[experiment] = int(client.create_experiment(f"copy of {experiment}"))
    id = row["runId"]
    insert("runs", run_uuid=id, name=row["runName"], source_type="LOCAL", source_name="", entry_point_name="",
        user_id=row["userId"], status=row["status"], start_time=row["startTime"], end_time=row["endTime"],
        source_version="", lifecycle_stage="active", artifact_uri="", experiment_id=copies[experiment])
    for key, value in row["params"].items():
        insert("params", key=key, value=value, run_uuid=id)
    for key, value in row["tags"].items():
        insert("tags", key=key, value=value, run_uuid=id)
    for metric in row["metrics"]:
        value = metric["value"]
        for table in ("metrics", "latest_metrics"):
            insert(table, key=metric["key"], value=0 if value is None else value, timestamp=metric["timestamp"],
                step=metric["step"], is_nan=value is None, run_uuid=id)
db.commit()
`;

/**
 * FastTrackML's database of the runs of a tree, logged through its API, made once.
 *
 * @param {number} runs
 * @param {string} tree
 */
function fastTrackDatabase(runs, tree) {
  return cached(`fasttrackml-${runs}.db`, async (target) => {
    await inTempFolder(async (folder) => {
      const database = join(folder, "fasttrackml.db");
      const server = await serveFastTrackML(database, folder);
      await fillServer(server.port, tree);
      await server.stop();
      copyFileSync(database, target);
    });
  });
}
