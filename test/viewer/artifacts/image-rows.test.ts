import { expect, test } from "vitest";
import type { ArtifactEntry } from "../../../lib/wire/data-files.ts";
import { imageRows } from "../../../viewer/artifacts/image-rows.ts";
import { mergeListings } from "../../../viewer/artifacts/merged-tree.ts";

const entry = (path: string): ArtifactEntry => ({
  ...{ path, isDir: false, fileSize: 1, modified: 1, published: true },
});
const logged = (key: string, step: number, rest = "ab.png"): ArtifactEntry =>
  entry(`images/${key}%step%${step}%timestamp%17%${rest}`);

const RUNS = [
  {
    images: [
      logged("out", 0),
      logged("out", 10),
      logged("out", 10, "ab%compressed.webp"),
      entry("roc.png"),
    ],
  },
  { images: [logged("out", 5)] },
];

test("each run shows its last picture up to the step, and plain pictures always", () => {
  const shown = (step: number | null): unknown =>
    imageRows(RUNS, step).rows.map(({ key, cells }) => [key, ...cells.map((cell) => cell?.step)]);

  expect(imageRows(RUNS, null).steps).toEqual([0, 5, 10]);
  expect(shown(null)).toEqual([
    ["out", 10, 5],
    ["roc.png", null, undefined],
  ]);
  expect(shown(4)).toEqual([
    ["out", 0, undefined],
    ["roc.png", null, undefined],
  ]);
});

test("images of MLflow 3 and of MLflow 2 are the same picture at its steps, under the key with its slashes", () => {
  const images = [
    entry("images/val~samples+step+3+timestamp+1795426082710+188a45a9-fd7b.png"),
    entry("images/val~samples+step+3+timestamp+1795426082710+188a45a9-fd7b+compressed.webp"),
    entry("images/val#samples%step%1%timestamp%17%ab.png"),
  ];

  const { rows, steps } = imageRows([{ images }], null);

  expect(steps).toEqual([1, 3]);
  expect(rows.map(({ key, cells }) => [key, cells[0]?.entry])).toEqual([
    ["val/samples", images[0]],
  ]);
});

test("folders of several runs lie over one another, with the number of runs that have a file", () => {
  const listing = (paths: readonly string[]) => ({
    path: "",
    files: paths.map(entry),
    source: "tree",
  });

  const { files, counts } = mergeListings([listing(["a", "b"]), listing(["b"])]);
  expect(files.map((file) => file.path)).toEqual(["a", "b"]);
  expect([...counts]).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
});
