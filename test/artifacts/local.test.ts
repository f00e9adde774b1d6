import { mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { openLocal } from "../../lib/artifacts/local.ts";
import { artifactRepositoryContract } from "../contract/artifact-repository.ts";
import { outline } from "../contract/outline.ts";
import { makeTempFolder } from "../helpers/tree.ts";

describe("contract", () => {
  artifactRepositoryContract(
    async () => openLocal(join(await makeTempFolder(), "0", "run", "artifacts")),
    { largeSize: 0, deletesAnything: true },
  );
});

test("a link out of the root is followed for the user, and refused for a browser", async () => {
  const folder = await makeTempFolder();
  await mkdir(join(folder, "root"));
  await writeFile(join(folder, "secret.txt"), "secret");
  await symlink(join(folder, "secret.txt"), join(folder, "root", "link.txt"));
  await symlink(folder, join(folder, "root", "out"));
  const user = openLocal(join(folder, "root"));
  const browser = openLocal(join(folder, "root"), { followLinks: false });

  expect(await text(await user.read("link.txt"))).toBe("secret");
  const refused = {
    errorCode: "INVALID_PARAMETER_VALUE",
    message: "Invalid path: 'link.txt': resolved path is outside the artifact directory",
  };
  await expect(browser.read("link.txt")).rejects.toMatchObject(refused);
  await expect(browser.find("link.txt")).rejects.toMatchObject(refused);
  await expect(browser.read("out/secret.txt")).rejects.toThrow("outside the artifact directory");
  await expect(browser.write("out/new", Readable.from(["x"]))).rejects.toThrow("outside");
  expect(await outline(browser.list(""))).toEqual([]);
});

test("a folder that contains itself through a link is walked once", async () => {
  const root = await makeTempFolder();
  await mkdir(join(root, "a"));
  await writeFile(join(root, "a", "file"), "x");
  await symlink(root, join(root, "a", "again"));
  await symlink("nowhere", join(root, "dangling"));

  expect(await outline(openLocal(root).list(""))).toEqual(["a/file 1"]);
});

test("a file that is being written, by us or by MLflow, is not listed", async () => {
  const root = await makeTempFolder();
  await writeFile(join(root, ".artifact.uploading.0123456789abcdef"), "half");
  const artifacts = openLocal(root);

  expect(await outline(artifacts.list(""))).toEqual([]);
  expect(await outline(await artifacts.listFolder(""))).toEqual([]);
});

test("a copy keeps the time of the file, as MLflow's does", async () => {
  const folder = await makeTempFolder();
  await writeFile(join(folder, "model.bin"), "x");
  await utimes(join(folder, "model.bin"), 1_700_000_000, 1_700_000_000);
  const artifacts = openLocal(join(folder, "artifacts"));

  await artifacts.upload(join(folder, "model.bin"), "model.bin");
  expect((await artifacts.find("model.bin"))?.modified).toBe(1_700_000_000_000);
});

test("a folder in the way of a file is a conflict that is told, and stays", async () => {
  const root = await makeTempFolder();
  const artifacts = openLocal(root);
  await artifacts.write("a/b", Readable.from(["kept"]));

  const conflict = { errorCode: "RESOURCE_CONFLICT" };
  await expect(artifacts.write("a", Readable.from(["x"]))).rejects.toMatchObject(conflict);
  await expect(artifacts.write("a/b/c", Readable.from(["x"]))).rejects.toMatchObject(conflict);
  expect(await readFile(join(root, "a", "b"), "utf8")).toBe("kept");
});

test("deleting the last file of a folder removes the folder, as in a bucket", async () => {
  const artifacts = openLocal(await makeTempFolder());
  await artifacts.write("a/b/c", Readable.from(["x"]));
  await artifacts.write("a/d", Readable.from(["x"]));

  await artifacts.deleteFiles([{ path: "a/b/c" }]);
  expect(await outline(await artifacts.listFolder("a"))).toEqual(["a/d 1"]);
});
