/** MLflow 2.22 and we write registered models of one tree in turn. Neither loses what the other wrote. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { runPython } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** Runs a script of MLflow 2.22 on a tree and gives what its client then reads. */
async function byMlflow2(root: string, script: string): Promise<unknown> {
  const code = `
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient(sys.argv[1], sys.argv[1])
${script}
print(json.dumps([{
    "name": m.name, "description": m.description, "tags": dict(sorted(m.tags.items())),
    "aliases": {a: str(v) for a, v in sorted(m.aliases.items())},
    "versions": [{
        "version": str(v.version), "stage": v.current_stage, "source": v.source, "runId": v.run_id,
        "description": v.description, "tags": dict(sorted(v.tags.items())),
        "created": v.creation_timestamp, "updated": v.last_updated_timestamp,
    } for v in sorted(client.search_model_versions(f"name = '{m.name}'"), key=lambda v: int(v.version))],
} for m in client.search_registered_models()]))`;
  return JSON.parse(await runPython(code, { mlflow: "2.22.5", args: [root] }));
}

async function byUs(client: MlrunsClient): Promise<unknown> {
  const { registeredModels } = await client.searchRegisteredModels();
  const { modelVersions } = await client.scanModelVersions();
  return registeredModels.map(({ name, description, tags, aliases }) => ({
    name,
    description,
    tags: { ...tags },
    aliases: { ...aliases },
    versions: modelVersions
      .filter((version) => version.name === name)
      .sort((a, b) => Number(a.version) - Number(b.version))
      .map((version) => ({
        version: version.version,
        stage: version.currentStage,
        source: version.source,
        runId: version.runId,
        description: version.description,
        tags: { ...version.tags },
        created: version.creationTimestamp,
        updated: version.lastUpdatedTimestamp,
      })),
  }));
}

test("models and versions pass from us to MLflow 2.22 and back", async () => {
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  await client.createRegisteredModel("Übermodell 1", {
    tags: { team: "a" },
    description: "yes: no",
  });
  for (const source of ["s3://bucket/1", "s3://bucket/2", "s3://bucket/3"]) {
    await client.createModelVersion("Übermodell 1", source, {
      tags: { n: source },
      runId: "r",
      description: "1e3",
    });
  }
  await client.setRegisteredModelAlias("Übermodell 1", "champion", 2);
  await client.transitionModelVersionStage("Übermodell 1", 1, "Production");
  await client.deleteModelVersion("Übermodell 1", 3);
  expect(await byUs(client)).toEqual(await byMlflow2(client.root, ""));

  const theirs = await byMlflow2(
    client.root,
    `
client.update_registered_model("Übermodell 1", "by MLflow 2")
client.set_registered_model_tag("Übermodell 1", "more", "1")
client.set_registered_model_alias("Übermodell 1", "second", "1")
assert int(client.create_model_version("Übermodell 1", "s3://bucket/4").version) == 4
client.transition_model_version_stage("Übermodell 1", "4", "Production", archive_existing_versions=True)
client.set_model_version_tag("Übermodell 1", "2", "seen", "yes")
client.create_registered_model("theirs", tags={"t": "1"})
client.create_model_version("theirs", "s3://bucket/5")`,
  );
  expect(await byUs(client)).toEqual(theirs);

  await client.setModelVersionTag("theirs", 1, "by", "us");
  await client.renameRegisteredModel("theirs", "ours");
  await client.updateModelVersion("Übermodell 1", 2, { description: "by us" });
  await client.deleteRegisteredModelAlias("Übermodell 1", "second");
  expect(await byUs(client)).toEqual(await byMlflow2(client.root, ""));
});
