import { Command, Option } from "commander";
import { MlrunsClient } from "../../client/client.ts";
import { startRun } from "../../client/start-run.ts";
import { RUN_STATUSES, type RunStatus } from "../../entities/run.ts";
import { invalidParameter } from "../../errors.ts";
import {
  findRunId,
  number,
  pair,
  type RootOption,
  RUN_WORDS,
  rootOption,
  wholeNumber,
} from "../options.ts";
import { print, printJson } from "../output.ts";

interface RunOption extends RootOption {
  readonly run?: string;
}

const runOption = (): Option => new Option("--run <run>", `${RUN_WORDS} (default: MLFLOW_RUN_ID)`);

/** A subcommand that works on one run. */
function logCommand(name: string, description: string): Command {
  return new Command(name).description(description).addOption(rootOption()).addOption(runOption());
}

async function chosenRun(options: RunOption): Promise<{ client: MlrunsClient; runId: string }> {
  const client = new MlrunsClient(options.root);
  if (options.run !== undefined) return { client, runId: await findRunId(client, options.run) };
  const runId = process.env.MLFLOW_RUN_ID;
  if (!runId) {
    throw invalidParameter("No run is named.", {
      hint: 'Give --run, or export MLFLOW_RUN_ID="$(mlruns log start)" first.',
    });
  }
  return { client, runId };
}

interface StartOptions extends RootOption {
  readonly experiment?: string;
  readonly name?: string;
  readonly parent?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly param?: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

const start = new Command("start")
  .description("create a run and print its id")
  .addOption(rootOption())
  .option(
    "-e, --experiment <name>",
    "experiment, created when there is none (default: MLFLOW_EXPERIMENT_NAME, else Default)",
  )
  .option("-n, --name <name>", "name of the run")
  .option("--parent <id>", "run to nest it below")
  .option("-t, --tag <key=value>", "tag, may be repeated", pair)
  .option("-p, --param <key=value>", "param, may be repeated", pair)
  .option("--json", "print the run as JSON")
  .action(async (options: StartOptions) => {
    const client = new MlrunsClient(options.root);
    const run = await startRun({
      client,
      // MLFLOW_RUN_ID names the run before this one.
      isNew: true,
      ...(options.experiment !== undefined && { experimentName: options.experiment }),
      ...(options.name !== undefined && { runName: options.name }),
      ...(options.parent !== undefined && { parentRunId: options.parent }),
      ...(options.tag !== undefined && { tags: options.tag }),
    });
    if (options.param !== undefined) run.logParams(options.param);
    // The run goes on after this process: `mlruns log end` ends it.
    run.detach();
    if (options.json) printJson(await run.get());
    else print(run.runId);
  });

const metric = logCommand("metric", "log a point of a metric")
  .argument("<key>")
  .argument("<value>", "a number; nan and inf too", number)
  .option("--step <step>", "step", wholeNumber, 0)
  .option("--timestamp <ms>", "milliseconds since the epoch (default: now)", wholeNumber)
  .action(
    async (
      key: string,
      value: number,
      options: RunOption & { step: number; timestamp?: number },
    ) => {
      const { client, runId } = await chosenRun(options);
      const { step, timestamp } = options;
      client.logMetric(runId, key, value, timestamp === undefined ? { step } : { step, timestamp });
      client.close();
    },
  );

const param = logCommand("param", "log a param; it cannot be changed later")
  .argument("<key>")
  .argument("<value>")
  .action(async (key: string, value: string, options: RunOption) => {
    const { client, runId } = await chosenRun(options);
    client.logParam(runId, key, value);
  });

const tag = logCommand("tag", "set a tag")
  .argument("<key>")
  .argument("<value>")
  .action(async (key: string, value: string, options: RunOption) => {
    const { client, runId } = await chosenRun(options);
    client.setTag(runId, key, value);
  });

const artifact = logCommand("artifact", "copy a file or folder into the artifacts of a run")
  .argument("<file>")
  .option("--to <folder>", "folder among the artifacts", "")
  .action(async (file: string, options: RunOption & { to: string }) => {
    const { client, runId } = await chosenRun(options);
    await client.logArtifact(runId, file, options.to);
  });

const end = logCommand("end", "end a run")
  .addOption(
    new Option("--status <status>", "last status").choices(RUN_STATUSES).default("FINISHED"),
  )
  .action(async (options: RunOption & { status: RunStatus }) => {
    const { client, runId } = await chosenRun(options);
    await client.setTerminated(runId, options.status);
  });

export const logCommands: Command = new Command("log")
  .description("log a run from a shell script")
  .addHelpText(
    "after",
    `
Example:
  export MLFLOW_RUN_ID="$(mlruns log start -e shell -p lr=0.01)"
  mlruns log metric loss 0.25 --step 1
  mlruns log artifact model.bin
  mlruns log end`,
  );
for (const command of [start, metric, param, tag, artifact, end]) logCommands.addCommand(command);
