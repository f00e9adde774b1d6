import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { JsonFile, openJsonFile } from "../../lib/state/json-file.ts";
import { makeTempFolder } from "../helpers/tree.ts";

test("what is written is read again, by its owner alone", async () => {
  const path = join(await makeTempFolder(), "deep", "state.json");
  const file = await openJsonFile(path, { format: 1, values: {} as Record<string, number> });
  file.data.values.a = 1;
  await file.write();

  expect((await openJsonFile(path, { format: 1, values: {} })).data).toEqual({
    format: 1,
    values: { a: 1 },
  });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test.each([
  ["half a file", '{"format":1,"val'],
  ["another format", '{"format":7}'],
  ["nothing", ""],
])("%s reads as none", async (_what, content) => {
  const path = join(await makeTempFolder(), "state.json");
  await writeFile(path, content);

  expect((await openJsonFile(path, { format: 1 })).data).toEqual({ format: 1 });
});

test("writers at the same time leave one whole file, and nothing else", async () => {
  const folder = await makeTempFolder();
  const path = join(folder, "state.json");
  const writers = Array.from({ length: 20 }, (_, i) =>
    new JsonFile<string>(path).write(String(i).repeat(50_000)),
  );
  await Promise.all(writers);

  expect(JSON.parse(await readFile(path, "utf8"))).toMatch(/^(\d+?)\1*$/);
  expect(await readdir(folder)).toEqual(["state.json"]);
});
