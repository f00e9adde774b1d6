#!/usr/bin/env node
import { Command } from "commander";
import { version } from "../package-files.ts";
import { COMMANDS } from "./commands/table.ts";

// A reader that has seen enough (`mlruns runs | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  await run(process.argv.slice(2));
} catch (error) {
  const { explain } = await import("./exit.ts");
  process.exitCode = explain(error);
}

async function run(args: readonly string[]): Promise<void> {
  const named = args.find((arg) => !arg.startsWith("-"));
  // A script asks for it often: nothing else is loaded.
  if (named === undefined && args.some((arg) => arg === "--version" || arg === "-V")) {
    process.stdout.write(`${version}\n`);
    return;
  }
  const program = new Command("mlruns")
    .description("Experiment tracking with nothing to run, over an MLflow-compatible mlruns tree")
    .version(version)
    // `mlruns pull … --version` is the command's own.
    .enablePositionalOptions()
    .showHelpAfterError("(--help shows what there is)");
  const only = named !== undefined && named in COMMANDS ? [named] : Object.keys(COMMANDS);
  for (const name of only) {
    const command = await COMMANDS[name]?.();
    if (command !== undefined) program.addCommand(command);
  }
  exitByError(program);
  await program.parseAsync(args, { from: "user" });
}

/** Commander ends the process by itself; throwing lets one place choose the exit code. */
function exitByError(command: Command): void {
  command.exitOverride();
  for (const subcommand of command.commands) exitByError(subcommand);
}
