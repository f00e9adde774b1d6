/** Keys and locations become paths: MLflow and we mean the same files by them. That both take the same keys is tested with `validateKey`. */
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { validateKey } from "../../lib/entities/validate.ts";
import { type PythonSession, startPython } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { writeByMlflow } from "../helpers/whole-tree.ts";

let python: PythonSession;

beforeAll(async () => {
  python = await startPython();
});

/** Separators, dots and blanks, and letters and digits of all scripts. */
const piece = fc.constantFrom(
  ..."aB7_-./ :".split(""),
  ...["é", "日", "ß", "Ⅷ", "½", "²", "٣", "ǅ", "ª", "ℵ", "한", "𝒜", "𠀀"],
);
const key = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

test("keys that both take name the same files, whoever writes them", async () => {
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  await client.createExperiment("e");
  const { runId } = (await client.createRun("0")).info;
  const generated = new Set(fc.sample(key, { numRuns: 3_000, seed: 20260131 }));
  const keys = withoutClashes([...generated].filter(isKey));
  const [ours, theirs] = [keys.filter((_, i) => i % 2 === 0), keys.filter((_, i) => i % 2 === 1)];
  for (const each of ours) {
    client.logParam(runId, each, `param ${each}`);
    client.setTag(runId, each, `tag ${each}`);
    client.logMetric(runId, each, 1);
  }
  const read = await writeByMlflow(
    python,
    client.root,
    `
for key in given["theirs"]:
    client.log_param(given["run"], key, "param " + key)
    client.set_tag(given["run"], key, "tag " + key)
    client.log_metric(given["run"], key, 1)
data = client.get_run(given["run"]).data
print(json.dumps([data.params, data.tags, data.metrics]))
`,
    { run: runId, theirs },
  );
  const { data } = await client.getRun(runId);

  expect(keys.length).toBeGreaterThan(200);
  expect(Object.keys(data.params).sort()).toEqual([...keys].sort());
  expect(JSON.parse(read)).toEqual([{ ...data.params }, { ...data.tags }, { ...data.metrics }]);
  for (const each of keys) expect(data.params[each]).toBe(`param ${each}`);
});

test("artifact locations with blanks, percent signs and other scripts lead to the same folder", async () => {
  const parent = await makeTempFolder();
  for (const name of ["a b", "100%", "50%20off", "é日#?&+", "it's"]) {
    const client = new MlrunsClient(join(parent, name));
    const experimentId = await client.createExperiment("e");
    const { runId } = (await client.createRun(experimentId)).info;
    await client.logText(runId, "ours", "a/b c.txt");
    const read = await writeByMlflow(
      python,
      client.root,
      `
client.log_text(given, "theirs", "a/é #1.txt")
print(json.dumps([f.path for f in client.list_artifacts(given, "a")]))
print(open(client.download_artifacts(given, "a/b c.txt")).read())
`,
      runId,
    );

    expect(read.split("\n"), name).toEqual(['["a/b c.txt", "a/\\u00e9 #1.txt"]', "ours", ""]);
    expect((await client.listArtifacts(runId, "a")).map(({ path }) => path)).toEqual([
      "a/b c.txt",
      "a/é #1.txt",
    ]);
  }
});

function isKey(each: string): boolean {
  try {
    validateKey(each, "key");
    return true;
  } catch {
    return false;
  }
}

/** As files, `a` and `a/b` cannot both be. */
function withoutClashes(keys: readonly string[]): string[] {
  const kept: string[] = [];
  for (const each of [...keys].sort()) {
    if (!kept.some((other) => each.startsWith(`${other}/`) || other.startsWith(`${each}/`)))
      kept.push(each);
  }
  return kept.slice(0, 400);
}
