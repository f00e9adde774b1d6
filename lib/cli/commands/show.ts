import { Command } from "commander";
import type { MlrunsClient, RunRecord } from "../../client/client.ts";
import { invalidParameter } from "../../errors.ts";
import { outColors } from "../colors.ts";
import { EXIT } from "../exit.ts";
import {
  type FoundRun,
  findRuns,
  openTrees,
  type RootsOption,
  RUN_WORDS,
  rootsOption,
  shortRoot,
  unopenedProblems,
} from "../options.ts";
import {
  print,
  printJson,
  printTable,
  shortDuration,
  shortNumber,
  shortTime,
  warnProblems,
} from "../output.ts";

interface Options extends RootsOption {
  readonly history?: string;
  readonly json?: boolean;
}

export const showCommand: Command = new Command("show")
  .description("show a run: params, metrics, tags, artifacts")
  .argument("<run>", RUN_WORDS)
  .addOption(rootsOption())
  .option("--history <metric>", "print every point of a metric instead")
  .option("--json", "print JSON")
  .action(async (id: string, options: Options) => {
    const trees = await openTrees(options);
    const { client, runId } = onlyRun(await findRuns(trees, id));
    const root = trees.roots.length > 1 ? client.root : undefined;
    if (options.history !== undefined)
      return printHistory(client, runId, options.history, options.json ?? false);
    const record = await client.readRunRecord(runId);
    const artifacts = await listAll(client, runId);
    if (options.json) printJson({ ...record.run, artifacts, ...(root && { root }) });
    else printRun(record, artifacts, root);
    if (warnProblems([...unopenedProblems(trees), ...record.problems]))
      process.exitCode = EXIT.doneInPart;
  });

/** @throws MlrunsError when several roots have the run */
function onlyRun(found: readonly FoundRun[]): FoundRun {
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  throw invalidParameter(
    `Run '${only?.runId}' lies in several roots: ${found.map(({ client }) => shortRoot(client.root)).join(", ")}`,
    { hint: "Open the one that is meant by itself." },
  );
}

async function printHistory(
  client: MlrunsClient,
  runId: string,
  key: string,
  asJson: boolean,
): Promise<void> {
  const points = await client.getMetricHistory(runId, key);
  if (asJson) for (const point of points) printJson(point);
  else printTable(["step", "value", "time"], points.map(toRow));
}

function toRow({
  step,
  value,
  timestamp,
}: {
  step: number;
  value: number;
  timestamp: number;
}): string[] {
  return [String(step), String(value), new Date(timestamp).toISOString()];
}

async function listAll(
  client: MlrunsClient,
  runId: string,
): Promise<{ path: string; fileSize: number | null }[]> {
  const files: { path: string; fileSize: number | null }[] = [];
  for await (const { path, fileSize } of client.iterateArtifacts(runId))
    files.push({ path, fileSize });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function printRun(
  record: RunRecord,
  artifacts: readonly { path: string; fileSize: number | null }[],
  root: string | undefined,
): void {
  const { info, data } = record.run;
  const took =
    info.endTime === null ? "" : `, took ${shortDuration(info.endTime - info.startTime)}`;
  const isDeleted = info.lifecycleStage === "deleted";
  const state = `${info.status.toLowerCase()}${isDeleted ? ", deleted" : ""}`;
  print(`${outColors.bold(info.runName || info.runId)}  ${state}`);
  const where = root === undefined ? "" : ` of ${shortRoot(root)}`;
  print(`run ${info.runId}, experiment ${info.experimentId}${where}`);
  print(`started ${shortTime(info.startTime)} by ${info.userId}${took}`);
  section("params", ["key", "value"], Object.entries(data.params));
  section(
    "metrics",
    ["key", "last", "min", "max", "points"],
    Object.entries(record.summaries).map(([key, { latest, min, max, count }]) => [
      key,
      ...[latest.value, min, max].map(shortNumber),
      String(count),
    ]),
  );
  section("tags", ["key", "value"], Object.entries(data.tags));
  section(
    "artifacts",
    ["path", "bytes"],
    artifacts.map(({ path, fileSize }) => [path, String(fileSize ?? "")]),
  );
}

function section(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  if (rows.length === 0) return;
  print(`\n${outColors.bold(title)}`);
  printTable(head, rows);
}
