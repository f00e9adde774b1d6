import { Command } from "commander";
import { EXIT } from "../exit.ts";
import { openTree, type RootOption, rootOption } from "../options.ts";
import { print, printJson, warn } from "../output.ts";
import { shortBytes } from "../sync-output.ts";

interface Options extends RootOption {
  readonly inTree?: boolean;
  readonly verify?: boolean;
  readonly rebuild?: boolean;
  readonly clear?: boolean;
  readonly json?: boolean;
}

export const catalogCommand: Command = new Command("catalog")
  .description(
    "bring the catalog, which makes large trees open quickly, up to date and show where it is",
  )
  .addOption(rootOption())
  .option("--in-tree", "also write it into the tree, for copies of it")
  .option("--verify", "read every file and name the runs that the catalog was wrong about")
  .option("--rebuild", "read the whole tree anew")
  .option("--clear", "remove it")
  .option("--json", "print JSON")
  .action(async (options: Options) => {
    const client = openTree(options);
    if (options.clear) {
      const bytes = await client.clearCatalog();
      if (options.json) printJson({ removedBytes: bytes });
      else print(`removed ${shortBytes(bytes)}`);
      return;
    }
    if (options.verify) {
      const wrong = await client.verifyCatalog();
      for (const { experimentId, runId } of wrong) warn(`was wrong about ${experimentId}/${runId}`);
      if (wrong.length > 0) process.exitCode = EXIT.failed;
    }
    const status = await (options.rebuild ? client.rebuildCatalog() : client.updateCatalog());
    if (options.inTree) await client.writeCatalogInTree();
    if (options.json) printJson(status);
    else {
      const { folder, bytes, experiments, runs } = status;
      print(`${runs} runs of ${experiments} experiments, ${shortBytes(bytes)} in ${folder}`);
    }
  });
