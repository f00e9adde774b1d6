import fc from "fast-check";
import { expect, test } from "vitest";
import type { ArtifactFile } from "../../../lib/artifacts/artifact-repository.ts";
import { planSync, type SyncPlan } from "../../../lib/artifacts/sync/plan.ts";
import { compareText } from "../../../lib/entities/record.ts";

/** Path to content. */
type Files = Readonly<Record<string, string>>;

async function* listing(files: Files): AsyncGenerator<ArtifactFile> {
  for (const path of Object.keys(files).sort(compareText)) {
    const content = files[path] ?? "";
    yield { path, isDir: false, fileSize: content.length, modified: null, md5: content };
  }
}

const planOf = (from: Files, to: Files): Promise<SyncPlan> =>
  planSync({
    from: listing(from),
    to: listing(to),
    isMeant: () => true,
    isSame: async (a, b) => a.md5 === b.md5,
  });

test("each file is copied for a reason, left alone, or is one too many", async () => {
  const plan = await planOf(
    { new: "1", size: "22", content: "aa", same: "same", empty: "" },
    { size: "2", content: "bb", same: "same", empty: "", extra: "x" },
  );

  expect(plan.copies.map(({ file, reason }) => [file.path, reason])).toEqual([
    ["content", "content"],
    ["new", "new"],
    ["size", "size"],
  ]);
  expect(plan.extras.map(({ path }) => path)).toEqual(["extra"]);
  expect(plan.unchanged).toEqual({ files: 2, bytes: 4 });
  expect(plan.sourceFiles).toBe(5);
});

test("to carry out a plan makes the target what the source is", async () => {
  const files = fc.dictionary(
    fc.string({ minLength: 1, maxLength: 3, unit: "binary" }),
    fc.constantFrom("", "a", "b", "cc"),
  );
  await fc.assert(
    fc.asyncProperty(files, files, async (from, to) => {
      const plan = await planOf(from, to);
      const after: Record<string, string> = { ...to };
      for (const { path } of plan.extras) delete after[path];
      for (const { file } of plan.copies) after[file.path] = file.md5 ?? "";

      expect(after).toEqual({ ...from });
      expect(plan.copies.length + plan.unchanged.files).toBe(Object.keys(from).length);
    }),
    { numRuns: 50 },
  );
});

test("a listing that is out of order is an error, not a reason to delete", async () => {
  async function* disorder(): AsyncGenerator<ArtifactFile> {
    yield* listing({ b: "1" });
    yield* listing({ a: "1" });
  }

  await expect(
    planSync({
      from: disorder(),
      to: listing({}),
      isMeant: () => true,
      isSame: async () => true,
    }),
  ).rejects.toThrow("Listed out of order: 'a' after 'b'");
});

test("a hundred thousand files are compared without holding those that are the same", async () => {
  async function* many(): AsyncGenerator<ArtifactFile> {
    for (let i = 100_000; i < 200_000; i++) {
      yield { path: `many/${i}`, isDir: false, fileSize: 1, modified: null };
    }
  }
  const plan = await planSync({
    from: many(),
    to: many(),
    isMeant: () => true,
    isSame: async () => true,
  });

  expect(plan).toEqual({
    copies: [],
    extras: [],
    unchanged: { files: 100_000, bytes: 100_000 },
    sourceFiles: 100_000,
  });
});
