import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import type { Site, SiteContext } from "../../lib/site/context.ts";
import { type Copies, findCopies } from "../../lib/site/copies.ts";
import { makeExperiments } from "../../lib/site/experiments.ts";
import { makeHistory, makeHistoryText, sumUp } from "../../lib/site/history.ts";
import { makeRun } from "../../lib/site/run.ts";
import { makeRuns } from "../../lib/site/runs.ts";
import { decodeNumber, type RunsFile } from "../../lib/wire/data-files.ts";
import { fileId, fromFileId } from "../../lib/wire/data-paths.ts";
import { liveSite } from "../helpers/site.ts";
import { golden, makeTree, TREE_NAMES } from "../helpers/tree.ts";

async function siteOf(
  name: (typeof TREE_NAMES)[number],
): Promise<{ site: Site; context: SiteContext; copies: Copies }> {
  const site = liveSite(new MlrunsClient(await makeTree(name)));
  return { site, context: site.roots[0] as SiteContext, copies: await findCopies(site) };
}

function spelled(value: number | string): number {
  return typeof value === "number" ? value : decodeNumber(value as "NaN");
}

describe.each(TREE_NAMES)("the data files of %s", (name) => {
  test("say of every run what MLflow says of it", async () => {
    const { site, context, copies } = await siteOf(name);
    const answers = await golden(name);
    const { experiments } = await makeExperiments(site);
    expect(experiments.map(({ experimentId }) => experimentId).sort()).toEqual(
      answers.experiments.map(({ experiment_id }) => experiment_id).sort(),
    );

    for (const { experimentId } of experiments) {
      const made = await makeRuns(context, experimentId, 0, copies);
      const file = (made.kind === "json" ? made.value : undefined) as RunsFile;
      // MLflow's default order is ours: newest first, then by id.
      expect(file.runIds).toEqual(answers.run_ids_by_experiment[experimentId] ?? []);
      expect([file.unreadable, file.warnings, file.next]).toEqual([[], [], null]);
      for (const [row, runId] of file.runIds.entries()) {
        const expected = answers.runs[runId];
        const metrics = Object.entries(file.metrics).flatMap(([key, column]) => {
          const last = column.last[row];
          return last === null || last === undefined ? [] : [[key, decodeNumber(last)]];
        });
        const params = Object.entries(file.params).flatMap(([key, { values, codes }]) => {
          const value = values[codes[row] ?? -1];
          return value === undefined ? [] : [[key, value]];
        });
        expect(Object.fromEntries(metrics)).toEqual(
          Object.fromEntries(
            // JSON, as it is written here, has no negative zero.
            Object.entries(expected?.metrics ?? {}).map(([key, value]) => [
              key,
              spelled(value) + 0,
            ]),
          ),
        );
        expect(Object.fromEntries(params)).toEqual(expected?.params);
        expect(file.names[row]).toBe(expected?.info.run_name);
      }
    }
  });

  test("hold each run whole: tags, histories, artifacts", async () => {
    const { context, copies } = await siteOf(name);
    for (const [runId, expected] of Object.entries((await golden(name)).runs)) {
      const file = await makeRun(context, runId, copies);
      expect({ ...file.tags }).toEqual(expected.tags);
      expect(file.metrics.map(({ key }) => key).sort()).toEqual(
        Object.keys(expected.metrics).sort(),
      );
      for (const { key, count } of file.metrics) {
        const bytes = await makeHistory(context, runId, key);
        const records = new Float64Array(bytes.slice().buffer);
        const history = expected.metric_history[key] ?? [];
        expect(count).toBe(history.length);
        expect([...records].filter((_, i) => i % 3 === 1)).toEqual(
          history.map(({ value }) => spelled(value)),
        );
        expect((await makeHistoryText(context, runId, key)).split("\n")).toHaveLength(
          history.length + 1,
        );
      }
    }
  });
});

test("a pyramid keeps the one spike among 100,000 points", () => {
  const records = new Float64Array(300_000);
  for (let i = 0; i < 100_000; i++) records.set([i, i === 77_777 ? 1e6 : 0.5, 1000 + i], i * 3);
  const pyramid = sumUp(records);

  const spikes = [...pyramid].filter((value, i) => i % 6 === 5 && value === 1e6);
  expect(spikes).toHaveLength(1);
  expect([...pyramid.slice(0, 6)]).toEqual([0, 255, 1000, 1255, 0.5, 0.5]);
});

test("every name has a file id of its own that any host takes, and short ones can be read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
      fc.pre(a.isWellFormed() && b.isWellFormed());
      expect(fileId(a)).toMatch(/^([a-z0-9_][a-z0-9_.-]*)?$/);
      expect(fileId(a).length).toBeLessThanOrEqual(200);
      if (a !== b) expect(fileId(a)).not.toBe(fileId(b));
      if (a.length < 50) expect(fromFileId(fileId(a))).toBe(a);
    }),
  );
  expect(fileId("Train/Loss")).toBe("_54rain_2f_4coss");
});
