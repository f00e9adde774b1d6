import { Command } from "commander";
import {
  type Change,
  diffTrees,
  type MetricValue,
  type RunChange,
  type RunSummary,
  type TreeDiff,
} from "../../travel/diff/trees.ts";
import { outColors } from "../colors.ts";
import { openTree, type RootOption, rootOption } from "../options.ts";
import { print, printJson, shortNumber, warn } from "../output.ts";

interface Options extends RootOption {
  readonly json?: boolean;
}

export const diffCommand: Command = new Command("diff")
  .description("tell how the runs of two trees, or of two revisions of git, differ")
  .argument("<before>", "a folder, a revision, or two revisions as A..B")
  .argument("[after]", "a folder or a revision (default: the tree as it is now)")
  .addOption(rootOption())
  .option("--json", "print JSON")
  .addHelpText(
    "after",
    "\nExamples: mlruns diff HEAD · mlruns diff main..branch · mlruns diff old/mlruns new/mlruns",
  )
  .action(async (before: string, after: string | undefined, options: Options) => {
    const range = after === undefined ? /^(.+?)\.\.(.*)$/.exec(before) : null;
    const [a, b] = range === null ? [before, after] : [range[1] ?? before, range[2] || "HEAD"];
    const { root } = b === undefined ? openTree(options) : { root: options.root ?? "mlruns" };
    const diff = await diffTrees(a, b, root);
    if (options.json) printJson(diff);
    else printDiff(diff);
  });

function printDiff({ added, removed, changed }: TreeDiff): void {
  for (const run of added) printRun(outColors.green("+"), run);
  for (const run of removed) printRun(outColors.red("-"), run);
  for (const run of changed) printChange(run);
  warn(`${added.length} added, ${removed.length} removed, ${changed.length} changed`);
}

function printRun(sign: string, run: RunSummary): void {
  print(`${sign} ${nameOf(run)}: ${run.status.toLowerCase()}`);
  const values = [
    ...Object.entries(run.params).map(([key, value]) => `${key}=${shortText(value)}`),
    ...Object.entries(run.metrics).map(([key, value]) => `${key}=${shortNumber(value)}`),
  ];
  if (values.length > 0) print(outColors.dim(`    ${values.join(" ")}`));
}

function printChange(run: RunChange): void {
  print(`${outColors.yellow("~")} ${nameOf(run)}`);
  for (const change of run.attributes) printValues("", change, shortText);
  for (const change of run.params) printValues("param ", change, shortText);
  for (const change of run.metrics) printValues("metric ", change, metricText);
  for (const change of run.tags) printValues("tag ", change, shortText);
}

function printValues<Value>(
  kind: string,
  { key, before, after }: Change<Value>,
  text: (value: Value) => string,
): void {
  const spell = (value: Value | undefined): string => (value === undefined ? "none" : text(value));
  print(`    ${kind}${shortText(key)}: ${spell(before)} → ${spell(after)}`);
}

function nameOf({ runName, runId, experiment }: RunSummary | RunChange): string {
  return `${shortText(runName)} (${runId}) in ${shortText(experiment)}`;
}

function metricText({ value, points }: MetricValue): string {
  return `${shortNumber(value)} (${points} ${points === 1 ? "point" : "points"})`;
}

/** From a tree: no control characters, and not longer than a line. */
function shortText(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
