import { realpathSync } from "node:fs";
import { Command } from "commander";
import { makeMissingFolders } from "../../travel/git/folders.ts";
import { type GitInitReport, initGit } from "../../travel/git/init.ts";
import { mergeFiles } from "../../travel/git/merge-file.ts";
import { errColors } from "../colors.ts";
import { EXIT } from "../exit.ts";
import { openTree } from "../options.ts";
import { print, printJson, warn } from "../output.ts";

interface InitOptions {
  readonly artifacts?: boolean;
  readonly json?: boolean;
}

const ROOT = "the mlruns folder (default: MLFLOW_TRACKING_URI, else ./mlruns)";

const init = new Command("init")
  .description("prepare a tree for git; once in each clone, too")
  .argument("[root]", ROOT)
  .option("--no-artifacts", "keep artifacts out of git: their manifests tell where they are")
  .option("--json", "print the report as JSON")
  .addHelpText(
    "after",
    "\nWrites .gitattributes and .gitignore into the root, configures the merge driver, and sets hooks that make the empty folders\n" +
      "again which git does not keep and MLflow 3 needs. Makes a repository in the folder that holds the root when there is none.",
  )
  .action(async (root: string | undefined, options: InitOptions) => {
    const tree = openTree(root === undefined ? {} : { root });
    const report = await initGit(tree.root, {
      artifacts: options.artifacts ?? true,
      command: [process.execPath, realpathSync(process.argv[1] ?? "")],
    });
    if (options.json) printJson(report);
    else printReport(report);
  });

const folders = new Command("folders")
  .description("make the empty folders that git has left out; the hooks do it")
  .argument("[root]", ROOT)
  .option("--quiet", "say nothing, also when there is no tree")
  .action((root: string | undefined, { quiet }: { readonly quiet?: boolean }) => {
    try {
      const made = makeMissingFolders(openTree(root === undefined ? {} : { root }).root);
      if (!quiet) print(`${made} folders made`);
    } catch (error) {
      // A branch without the tree has been checked out.
      if (!quiet) throw error;
    }
  });

const mergeFile = new Command("merge-file")
  .description("merge a YAML file of a tree key by key; git calls it")
  .argument("<base>")
  .argument("<ours>", "gets the result")
  .argument("<theirs>")
  .action((base: string, ours: string, theirs: string) => {
    const conflicts = mergeFiles(base, ours, theirs);
    if (conflicts.length === 0) return;
    warn(`both sides have changed ${conflicts.join(", ")}: kept as it was here`);
    process.exitCode = EXIT.failed;
  });

export const gitCommand: Command = new Command("git")
  .description("keep a tree in git: run histories that branch and merge")
  .addCommand(init)
  .addCommand(folders)
  .addCommand(mergeFile);

function printReport(report: GitInitReport): void {
  if (report.created) print(`made a repository in ${report.repository}`);
  for (const file of report.written) print(`wrote ${file}`);
  if (report.folders > 0) print(`made ${report.folders} empty folders again`);
  print("set the merge driver and the hooks of this clone");
  for (const name of report.foreignHooks) {
    warn(
      `${errColors.yellow("warning")} there is a hook ${name} already: let it call \`mlruns git folders\``,
    );
  }
  if (report.absoluteLocations > 0) {
    warn(
      `${errColors.yellow("warning")} ${report.absoluteLocations} locations name this machine: \`mlruns relocate\` makes them relative`,
    );
  }
}
