import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeEach, describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let client: MlrunsClient;
let runId: string;
let artifacts: string;

beforeEach(async () => {
  client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  const experimentId = await client.createExperiment("e");
  runId = (await client.createRun(experimentId)).info.runId;
  artifacts = join(client.root, experimentId, runId, "artifacts");
});

async function paths(folder = ""): Promise<string[]> {
  return (await client.listArtifacts(runId, folder)).map(({ path }) => path);
}

describe("logging artifacts", () => {
  test("a file keeps its name, its bytes and its time", async () => {
    const folder = await makeTempFolder();
    writeFileSync(join(folder, "100% ä#.txt"), "bytes");
    await client.logArtifact(runId, join(folder, "100% ä#.txt"), "a b");

    expect(await paths()).toEqual(["a b"]);
    expect(await client.listArtifacts(runId, "a b")).toEqual([
      { path: "a b/100% ä#.txt", isDir: false, fileSize: 5, modified: expect.any(Number) },
    ]);
    expect(readFileSync(join(artifacts, "a b", "100% ä#.txt"), "utf8")).toBe("bytes");
  });

  test("a folder is merged into what is there", async () => {
    const folder = await makeTempFolder();
    mkdirSync(join(folder, "deep", "er"), { recursive: true });
    writeFileSync(join(folder, "deep", "er", "x"), "x");
    writeFileSync(join(folder, ".hidden"), "h");
    await client.logText(runId, "y", "deep/y");
    await client.logArtifacts(runId, folder);

    expect(await paths()).toEqual([".hidden", "deep"]);
    expect(await paths("deep")).toEqual(["deep/er", "deep/y"]);
  });

  test("texts, JSON, YAML and bytes are written", async () => {
    await client.logText(runId, "grüße", "notes/a.txt");
    await client.logDict(runId, { a: [1, 2] }, "a.json");
    await client.logDict(runId, { a: [1, 2] }, "a.yaml");
    await client.logBytes(runId, new Uint8Array([0, 255]), "b.bin");

    expect(await text(await client.readArtifact(runId, "notes/a.txt"))).toBe("grüße");
    expect(JSON.parse(readFileSync(join(artifacts, "a.json"), "utf8"))).toEqual({ a: [1, 2] });
    expect(readFileSync(join(artifacts, "a.yaml"), "utf8")).toBe("a:\n  - 1\n  - 2\n");
    expect([...readFileSync(join(artifacts, "b.bin"))]).toEqual([0, 255]);
  });

  test("a table has MLflow's form, and rows are added to it", async () => {
    await client.logTable(runId, { x: [1, 2], y: ["a", "b"] }, "t.json");
    await client.logTable(runId, [{ x: 3, z: true }], "t.json");

    expect(JSON.parse(readFileSync(join(artifacts, "t.json"), "utf8"))).toEqual({
      columns: ["x", "y", "z"],
      data: [
        [1, "a", null],
        [2, "b", null],
        [3, null, true],
      ],
    });
    const { tags } = (await client.getRun(runId)).data;
    expect(JSON.parse(tags["mlflow.loggedArtifacts"] ?? "")).toEqual([
      { path: "t.json", type: "table" },
    ]);
    await expect(client.logTable(runId, { x: [1], y: [] }, "u.json")).rejects.toThrow(
      "same length",
    );
    await expect(client.logTable(runId, { x: [1] }, "u.csv")).rejects.toThrow("ends with '.json'");
  });

  test("an image series has MLflow's file names and tag", async () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
    await client.logImage(runId, png, { key: "val/dogs", step: 3, timestamp: 5 });

    expect(await paths("images")).toEqual([
      expect.stringMatching(/^images\/val~dogs\+step\+3\+timestamp\+5\+[0-9a-f-]{36}\.png$/),
    ]);
    expect((await client.getRun(runId)).data.tags["mlflow.loggedImages"]).toBe("True");
    await expect(client.logImage(runId, png, { key: "a#b" })).rejects.toThrow("invalid characters");
  });

  test.each(["../x", "/etc/x", "a/../../x", ""])("the path %j is refused", async (path) => {
    await expect(client.logText(runId, "", path)).rejects.toThrow(
      expect.objectContaining({ errorCode: "INVALID_PARAMETER_VALUE" }),
    );
  });
});

describe("reading artifacts", () => {
  test("a folder is downloaded with all that is in it", async () => {
    await client.logText(runId, "1", "m/a");
    await client.logText(runId, "2", "m/n/b");
    const target = await makeTempFolder();

    expect(await client.downloadArtifacts(runId, "m", target)).toBe(join(target, "m"));
    expect(readFileSync(join(target, "m", "n", "b"), "utf8")).toBe("2");
    await expect(client.downloadArtifacts(runId, "nope.txt", target)).rejects.toThrow(
      "Failed to download artifacts from path 'nope.txt', please ensure that the path is correct.",
    );
  });

  test("a range of bytes is read", async () => {
    await client.logText(runId, "0123456789", "a.txt");

    expect(await text(await client.readArtifact(runId, "a.txt", { start: 2, end: 4 }))).toBe("234");
    expect(await text(await client.readArtifact(runId, "a.txt", { start: 7 }))).toBe("789");
  });

  test("files that are being written by MLflow are not listed", async () => {
    await client.logText(runId, "1", "a");
    writeFileSync(join(artifacts, ".artifact.uploading.1234"), "");

    expect(await paths()).toEqual(["a"]);
  });

  test("what is not there is empty when listed and an error when read", async () => {
    expect(await paths("nope")).toEqual([]);
    await expect(client.readArtifact(runId, "nope")).rejects.toThrow(
      expect.objectContaining({ errorCode: "RESOURCE_DOES_NOT_EXIST" }),
    );
  });

  test("a link out of the artifacts is followed for the user, never for a server", async () => {
    const secret = join(await makeTempFolder(), "secret");
    writeFileSync(secret, "s");
    symlinkSync(secret, join(artifacts, "link"));
    const server = new MlrunsClient(client.root, { followLinks: false });

    expect(await text(await client.readArtifact(runId, "link"))).toBe("s");
    await expect(server.readArtifact(runId, "link")).rejects.toThrow(
      "outside the artifact directory",
    );
  });
});
