import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { artifactRepositoryContract } from "../contract/artifact-repository.ts";
import { mlflowInterop } from "../contract/mlflow-interop.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";

let store: TestStore;
beforeAll(async () => {
  store = await startStore("wasbs");
});

describe("contract", () => {
  artifactRepositoryContract(
    () => openArtifacts({ kind: "remote", uri: `${store.uri}/0/${randomUUID()}/artifacts` }),
    { largeSize: 40 * 1024 * 1024 },
  );
});

describe("MLflow's own repository", () => {
  mlflowInterop(
    () => store,
    (uri) => openArtifacts({ kind: "remote", uri }),
  );
});

test.each([
  "azure://mlruns-test/forms",
  "abfss://mlruns-test@devstoreaccount1.dfs.core.windows.net/forms",
])("%s is the same place as its wasbs:// form", async (uri) => {
  const written = await openArtifacts({ kind: "remote", uri: `${store.uri}/forms` });
  await written.write("file", Readable.from(["same"]));

  const artifacts = await openArtifacts({ kind: "remote", uri });
  expect(await text(await artifacts.read("file"))).toBe("same");
});
