import { expect, test } from "vitest";
import type { RunsFile } from "../../../lib/wire/data-files.ts";
import { DATA_PATH } from "../../../lib/wire/data-paths.ts";
import { joinTables } from "../../../viewer/data/join-tables.ts";
import { decodeRuns, type RunsTable } from "../../../viewer/data/runs-table.ts";
import { filterRows } from "../../../viewer/table/filter.ts";
import { type GoldenQuery, golden, makeTree, TREE_NAMES } from "../../helpers/tree.ts";
import { siteFiles } from "../site-files.ts";

type SiteFiles = ReturnType<typeof siteFiles>;

/** What the runs file does not have: the viewer cannot search it, MLflow can. */
const NOT_IN_THE_RUNS_FILE = /artifact_uri|datasets?\.[`"]?context/;

/** Where the viewer's language is stricter: it has no escapes, and MLflow takes a stray AND for nothing. */
const STRICTER = /\\'|^\s*and\b|\band\s*$|\band\s+and\b/i;

test.each(TREE_NAMES)(
  "over the columns of %s every filter of MLflow's finds the runs that MLflow finds",
  async (name) => {
    const files = siteFiles(await makeTree(name));
    const { queries, runs, experiments } = await golden(name);
    const experimentIds = new Set(experiments.map((each) => each.experiment_id));
    const tables = new Map<string, RunsTable>();
    const tableOf = async (experimentId: string): Promise<RunsTable> => {
      const known = tables.get(experimentId) ?? (await readRuns(files, experimentId));
      tables.set(experimentId, known);
      return known;
    };
    const asked = queries.filter(isAnswered);

    for (const query of asked) {
      const ids = (query.experiment_ids ?? []).filter((id) => experimentIds.has(id));
      const table = joinTables(await Promise.all(ids.map(tableOf)));
      const inView = Int32Array.from(table.runIds.keys()).filter((row) =>
        isInView(query.view, table.deleted[row] === 1),
      );
      const { rows, mistake } = filterRows(table, inView, query.filter ?? "", null);

      const found = [...rows].map((row) => table.runIds[row]);
      const expected = idsOf(query).filter((id) => runs[id]?.info !== undefined);
      expect({ query, mistake, found: found.sort() }).toEqual({
        query,
        mistake: null,
        found: [...expected].sort(),
      });
    }

    expect(asked.length).toBeGreaterThan(0);
  },
);

/** Whole answers about runs; a page of several leaves runs out. */
function isAnswered(query: GoldenQuery): boolean {
  return (
    query.kind === "runs" &&
    query.result !== undefined &&
    (query.result.pages !== undefined || !query.result.next_page_token) &&
    query.page_token === undefined &&
    !NOT_IN_THE_RUNS_FILE.test(query.filter ?? "") &&
    !STRICTER.test(query.filter ?? "")
  );
}

function idsOf({ result }: GoldenQuery): readonly string[] {
  return result?.pages?.flat() ?? result?.ids ?? [];
}

function isInView(view: string | undefined, isDeleted: boolean): boolean {
  if (view === "ALL") return true;
  return isDeleted === (view === "DELETED_ONLY");
}

async function readRuns(files: SiteFiles, experimentId: string): Promise<RunsTable> {
  const file = await files(DATA_PATH.runs(experimentId));
  if (file.kind !== "json") throw new Error(`No runs file of experiment ${experimentId}`);
  return decodeRuns(JSON.parse(JSON.stringify(file.value)) as RunsFile);
}
