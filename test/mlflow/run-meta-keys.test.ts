/** Runs whose meta.yaml lacks a key: what MLflow answers, and what we do. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { MlrunsError, placedMessage } from "../../lib/errors.ts";
import { serve } from "../../lib/server/index.ts";
import type { TreeFile } from "../../lib/wire/data-files.ts";
import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { runPython } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** Makes a run for each key, leaves the key out of its meta.yaml, or writes null, and asks for the run. */
const ASK_MLFLOW = `
import json, os, re, sys
from mlflow.tracking import MlflowClient
root = sys.argv[1]
client = MlflowClient(root)
experiment_id = client.create_experiment("keys")
KEYS = """artifact_uri end_time entry_point_name lifecycle_stage run_id run_name run_uuid source_name source_type
    source_version start_time status tags user_id experiment_id""".split()
FIELDS = "run_id experiment_id run_name user_id status start_time end_time lifecycle_stage artifact_uri".split()
answers = []
for null in [False, True]:
    for key in KEYS:
        run_id = client.create_run(experiment_id, start_time=1700000000000, run_name="n").info.run_id
        client.set_terminated(run_id, end_time=1700000001000)
        path = os.path.join(root, experiment_id, run_id, "meta.yaml")
        text = re.sub(rf"^{key}:.*\\n", "", open(path).read(), flags=re.M)
        open(path, "w").write(text + (f"{key}: null\\n" if null else ""))
        try:
            info = client.get_run(run_id).info
            answer = {field: getattr(info, field) for field in FIELDS}
        except Exception:
            answer = None
        answers.append({"key": key, "isNull": null, "runId": run_id, "answer": answer})
print(json.dumps(answers))
`;

interface Answer {
  readonly key: string;
  readonly isNull: boolean;
  readonly runId: string;
  /** Null where MLflow throws. */
  readonly answer: Readonly<Record<string, unknown>> | null;
}

test.each(["3.17.2", "2.22.5"] as const)(
  "a run whose meta.yaml lacks a key is read as MLflow %s reads it, or said to be broken, with the file and the reason",
  async (mlflow) => {
    const root = join(await makeTempFolder(), "mlruns");
    const answers = JSON.parse(await runPython(ASK_MLFLOW, { mlflow, args: [root] })) as Answer[];
    const client = new MlrunsClient(root);
    const server = await serve(client, { port: 0 });
    onTestFinished(() => server.close());
    const tree = (await (await fetch(`${server.url}/${DATA_PATH.tree}`)).json()) as TreeFile;

    const different: string[] = [];
    for (const { key, isNull, runId, answer } of answers) {
      const what = `${key}${isNull ? " null" : ""}`;
      const page = await fetch(`${server.url}/${DATA_PATH.run(runId)}`);
      const body = (await page.json()) as { message?: string; hint?: string };
      const ours = await client.getRun(runId).catch((error: unknown) => error);
      if (ours instanceof MlrunsError) {
        // Broken: the run's page and the page of the tree's health say which file, and why.
        expect([what, page.status, body]).toEqual([
          what,
          400,
          expect.objectContaining({ message: placedMessage(ours) }),
        ]);
        expect(body.hint).toContain("mlruns doctor");
        expect(ours.path).toMatch(new RegExp(`${runId}/meta.yaml$`));
        expect(ours.message).toContain(key.split("_")[0]);
        expect(tree.problems).toContainEqual({
          path: ours.path,
          ...(ours.line !== undefined && { line: ours.line }),
          message: ours.message,
          root: 0,
        });
        if (answer !== null) different.push(`${what}: only MLflow reads it`);
        continue;
      }
      expect([what, page.status]).toEqual([what, 200]);
      if (answer === null) different.push(`${what}: only we read it`);
      else expect([what, (ours as { info: unknown }).info]).toEqual([what, toInfo(answer)]);
    }
    expect(different).toEqual(DIFFERENT[mlflow]);
  },
);

/** MLflow gets such a run, but no search of the experiment succeeds any more. */
const STAGE = "lifecycle_stage null: only MLflow reads it";
const DIFFERENT = { "3.17.2": [STAGE], "2.22.5": [STAGE] };

function toInfo(answer: Readonly<Record<string, unknown>>): unknown {
  const camel = (name: string): string =>
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [camel(name), value]));
}
