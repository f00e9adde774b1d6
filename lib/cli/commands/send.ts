import { Command } from "commander";
import { sendUnsent } from "../../client/rest/send-unsent.ts";
import { EXIT } from "../exit.ts";
import { print, printJson, warn } from "../output.ts";

interface Options {
  readonly to?: string;
  readonly json?: boolean;
}

export const sendCommand: Command = new Command("send")
  .description("send to their server what runs logged while it was away")
  .argument("[folder]", "tree of what waits (default: MLRUNS_UNSENT_DIR, else ./mlruns-unsent)")
  .option("--to <uri>", "send all to this server (default: where each run was meant to go)")
  .option("--json", "print JSON, one run or trace a line")
  .action(async (folder: string | undefined, options: Options) => {
    let sent = 0;
    const where = {
      ...(folder !== undefined && { folder }),
      ...(options.to !== undefined && { trackingUri: options.to }),
    };
    for await (const report of sendUnsent(where)) {
      const { kind, id, server, sentAs, problem } = report;
      if (problem === undefined) sent++;
      else process.exitCode = EXIT.doneInPart;
      if (options.json) printJson(report);
      else if (problem === undefined) print(`${kind} ${id} is ${sentAs} at ${server}`);
      else warn(`${kind} ${id} stays: ${problem}`);
    }
    if (!options.json) print(`${sent} sent`);
  });
