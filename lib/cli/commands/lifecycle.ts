import { Command } from "commander";
import type { MlrunsClient } from "../../client/client.ts";
import {
  findExperimentId,
  findRunId,
  openTree,
  type RootOption,
  RUN_WORDS,
  rootOption,
} from "../options.ts";

type Change = (client: MlrunsClient, id: string) => Promise<void>;

/** `delete` and `restore`, each for runs and experiments. */
function lifecycleCommand(
  verb: string,
  description: string,
  run: Change,
  experiment: Change,
): Command {
  const command = new Command(verb).description(description);
  command
    .command("run")
    .description(`${verb} runs`)
    .argument("<run...>", `each an ${RUN_WORDS}`)
    .addOption(rootOption())
    .action(async (ids: string[], options: RootOption) => {
      const client = openTree(options);
      for (const id of ids) await run(client, await findRunId(client, id));
    });
  command
    .command("experiment")
    .description(`${verb} experiments with all their runs`)
    .argument("<id or name...>", "experiments")
    .addOption(rootOption())
    .action(async (names: string[], options: RootOption) => {
      const client = openTree(options);
      for (const name of names) await experiment(client, await findExperimentId(client, name));
    });
  return command;
}

export const deleteCommand: Command = lifecycleCommand(
  "delete",
  "mark runs or experiments deleted; restore brings them back",
  (client, id) => client.deleteRun(id),
  (client, id) => client.deleteExperiment(id),
);

export const restoreCommand: Command = lifecycleCommand(
  "restore",
  "bring back deleted runs or experiments",
  (client, id) => client.restoreRun(id),
  (client, id) => client.restoreExperiment(id),
);
