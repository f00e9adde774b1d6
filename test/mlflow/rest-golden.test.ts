import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { fixturesTrees, sharedPath } from "../helpers/paths.ts";
import { type PythonSession, startPython } from "../helpers/python.ts";
import { makeTempFolder, makeTree, TREE_NAMES, type TreeName } from "../helpers/tree.ts";
import { listen, makeApi } from "../server/api-client.ts";

/** Where our server answers otherwise than MLflow reads the files, and why. */
const EXPLAINED: Partial<Readonly<Record<TreeName, readonly string[]>>> = {
  // MLflow 1 left `active` in the meta.yaml of an experiment in the trash: the folder decides.
  "v1-legacy": ["experiments[0]/lifecycle_stage"],
  // The question itself: it names a source as clients are told it.
  "v3-registry": ["queries[25]/filter"],
  // MLflow's REST client fails by itself on these requests, before it sends them.
  "v3-logged-models": [
    "queries[12]/error/code",
    "queries[23]/error/code",
    "queries[24]/error/code",
  ],
};

let python: PythonSession;

beforeAll(async () => {
  python = await startPython({ cwd: await makeTempFolder() });
});

test.each(TREE_NAMES)(
  "MLflow's client finds by our server what it finds in the files of %s",
  async (name) => {
    const root = await makeTree(name);
    const { app } = await makeApi({}, root);
    const scripts = sharedPath("trees", "generate");
    const found = join(await makeTempFolder(), "found.json");

    const output = await python.run(
      `
import os, sys
sys.path.insert(0, args["scripts"])
os.environ["GOLDEN_URI"] = args["url"]
import golden, compare
golden.main(args["root"], os.path.join(args["scripts"], f"queries_{args['name']}.json"), args["found"], args["name"])
compare.main([args["expected"], args["found"], "--show", "1000"])
`,
      {
        scripts,
        url: await listen(app),
        root,
        found,
        name,
        expected: join(fixturesTrees, name, "golden.json"),
      },
    );

    // A difference is a path, with two lines of values further in.
    const differences = output.split("\n").filter((line) => /^ {2}\S/.test(line));
    expect(differences.map((line) => line.trim())).toEqual(EXPLAINED[name] ?? []);
  },
);
