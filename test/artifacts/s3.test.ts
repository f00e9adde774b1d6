import { randomUUID } from "node:crypto";
import { beforeAll, describe } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { artifactRepositoryContract } from "../contract/artifact-repository.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";

let store: TestStore;
beforeAll(async () => {
  store = await startStore("s3");
});

describe("contract", () => {
  artifactRepositoryContract(
    () => openArtifacts({ kind: "remote", uri: `${store.uri}/0/${randomUUID()}/artifacts` }),
    { largeSize: 40 * 1024 * 1024 },
  );
});
