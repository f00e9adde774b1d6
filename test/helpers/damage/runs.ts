import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Damage, type Flaw, lineOf, replaced, write } from "./damage.ts";
import { EXPERIMENT, idOf, runMeta, soundExperiment, soundRun } from "./sound.ts";

/** A damage to a run's meta.yaml that changes its text. With `line`, the reader should name that line. */
function badMeta(
  name: string,
  edit: (meta: string) => string | Buffer,
  options: { readonly seenBy?: Damage["seenBy"]; readonly line?: (meta: string) => number } = {},
): Damage {
  return {
    name,
    seenBy: options.seenBy ?? "reading",
    apply: async (root) => {
      const run = await soundRun(root, name);
      const meta = edit(runMeta(idOf(name), name));
      const path = `${run}/meta.yaml`;
      await write(root, path, meta);
      return [{ path, line: options.line?.(meta.toString()) }];
    },
  };
}

/** A damage to a sound run that is no change of its meta.yaml. */
function badRun(
  name: string,
  seenBy: Damage["seenBy"],
  apply: (root: string, run: string) => Promise<Flaw>,
): Damage {
  return { name, seenBy, apply: async (root) => [await apply(root, await soundRun(root, name))] };
}

function missing(folder: string): Damage {
  return badRun(`run without its ${folder} folder`, "doctor", async (root, run) => {
    await rm(join(root, run, folder), { recursive: true });
    return { path: `${run}/${folder}` };
  });
}

const edit =
  (from: string, to: string) =>
  (meta: string): string =>
    replaced(meta, from, to);

export const RUN_DAMAGES: readonly Damage[] = [
  badMeta("empty run meta", () => ""),
  badMeta("run meta with a tab for indent", edit("\nrun_name:", "\n\trun_name:"), {
    line: (meta) => lineOf(meta, "\trun_name:"),
  }),
  badMeta("run meta that is a list", () => "- run_id\n- status\n"),
  badMeta("run meta cut in the middle", (meta) => meta.slice(0, meta.indexOf("lifecycle_stage"))),
  badMeta("run meta that is not utf-8", (meta) =>
    Buffer.from(edit("ada", "J\u00f6rg")(meta), "latin1"),
  ),
  badMeta("run meta without a user", edit("user_id: ada\n", "")),
  badMeta("run meta without an end time", edit("end_time: 1700000060000\n", "")),
  badMeta("run meta of another run", (meta) =>
    meta.replaceAll(/^run_(id|uuid): .*/gm, `run_$1: ${idOf("other")}`),
  ),
  badMeta("run meta of another experiment", edit(`'${EXPERIMENT}'`, "'1'")),
  badMeta("run meta with an unknown status", edit("status: 3", "status: 9")),
  badMeta("run meta with a status in words", edit("status: 3", "status: FINISHED")),
  badMeta("run meta with an unknown lifecycle stage", edit("stage: active", "stage: weird")),
  badMeta("run meta with a quoted start time", edit("1700000000000", "'yesterday'")),
  badMeta("run that ended before it started", edit("1700000060000", "1600000000000"), {
    seenBy: "doctor",
  }),
  badMeta("run with artifacts on another machine", edit("mlruns/", "file:///home/ada/mlruns/"), {
    seenBy: "doctor",
  }),

  missing("metrics"),
  missing("params"),
  missing("artifacts"),
  badRun("run folder without a meta", "doctor", async (root, run) => {
    await rm(join(root, run, "meta.yaml"));
    return { path: run };
  }),
  badRun("artifacts whose run is gone", "doctor", async (root, run) => {
    for (const part of ["meta.yaml", "metrics", "params", "tags"]) {
      await rm(join(root, run, part), { recursive: true });
    }
    return { path: run };
  }),
  badRun("run name that differs in meta and tag", "doctor", async (root, run) => {
    await write(root, `${run}/tags/mlflow.runName`, "another name");
    return { path: `${run}/tags/mlflow.runName` };
  }),
  badRun("parent run that does not exist", "doctor", async (root, run) => {
    await write(root, `${run}/tags/mlflow.parentRunId`, idOf("nobody"));
    return { path: `${run}/tags/mlflow.parentRunId` };
  }),
  badRun("run that is its own parent", "doctor", async (root, run) => {
    const path = `${run}/tags/mlflow.parentRunId`;
    await write(root, path, run.replace(`${EXPERIMENT}/`, ""));
    return { path };
  }),
  badRun("left over upload among the artifacts", "doctor", async (root, run) => {
    const path = `${run}/artifacts/.artifact.uploading.model.bin`;
    await write(root, path, "half of");
    return { path };
  }),
  badRun("left over copy of a meta", "doctor", async (root, run) => {
    const path = `${run}/meta.yaml.1234567890`;
    await write(root, path, "artifact_uri: mlru");
    return { path };
  }),
  badRun("same run in two experiments", "doctor", async (root, run) => {
    const experiment = "777777777777777001";
    await soundExperiment(root, experiment, "holds a copy of a run");
    const runId = run.replace(`${EXPERIMENT}/`, "");
    const copy = `${experiment}/${runId}`;
    await write(root, `${copy}/meta.yaml`, runMeta(runId, "copy", experiment));
    for (const folder of ["params/lr", "metrics/loss", "artifacts/notes.txt"]) {
      await write(
        root,
        `${copy}/${folder}`,
        folder === "metrics/loss" ? "1700000001000 1.0 0\n" : "0.1",
      );
    }
    return { path: copy };
  }),
];
