// @vitest-environment happy-dom
import { expect, test } from "vitest";
import type { RunsFile } from "../../../lib/wire/data-files.ts";
import { getRuns } from "../../../viewer/data/client.ts";
import type { RunsTable } from "../../../viewer/data/runs-table.ts";
import { startDataServer } from "./data-server.ts";

test("a first glance is shown at once, and gives way to the list, which is asked for right after", async () => {
  const server = await startDataServer();
  server.files.set("data/runs/1.json", JSON.stringify(runsFile("1", ["b"], "data/runs/1.1.json")));
  server.files.set("data/runs/1.1.json", JSON.stringify(runsFile("1", ["c"], null)));
  const glance = { ...runsFile("2", ["z", "y"], null), total: 3, isFirstGlance: true };
  server.files.set("data/runs/2.json", JSON.stringify(glance));
  const shown: string[] = [];
  const onPart = (table: RunsTable): void => {
    shown.push(`${table.runIds.toSorted().join("")} of ${table.total}`);
    // The list is there as soon as the glance is.
    const whole = runsFile("2", ["z", "x", "y"], null);
    server.files.set("data/runs/2.json", JSON.stringify(whole));
  };

  const whole = await getRuns(["2"], { onPart });
  expect(shown).toEqual(["yz of 3"]);
  expect(whole.runIds).toEqual(["z", "x", "y"]);
  expect(server.requests).toEqual(["data/runs/2.json 200", "data/runs/2.json 200"]);

  // The list is what is kept.
  expect((await getRuns(["1", "2"])).runIds).toEqual(["b", "c", "z", "x", "y"]);
});

/** Runs of one name and nothing else. */
function runsFile(experimentId: string, runIds: string[], next: string | null): RunsFile {
  const all = <Value>(value: Value): Value[] => runIds.map(() => value);
  const none = { values: [], codes: all(-1) };
  return {
    experimentId,
    experimentName: experimentId,
    total: runIds.length,
    offset: 0,
    next,
    runIds,
    names: runIds,
    status: all(2),
    deleted: all(0),
    startTime: all(1),
    endTime: all(2),
    lastWrite: all(null),
    user: none,
    parent: none,
    params: {},
    tags: {},
    metrics: {},
    datasets: none,
    models: none,
    unreadable: [],
    warnings: [],
  };
}
