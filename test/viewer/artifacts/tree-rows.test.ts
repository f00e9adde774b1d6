import { expect, test } from "vitest";
import type { ArtifactEntry, ArtifactsFile } from "../../../lib/wire/data-files.ts";
import { parseStepImage, stepSeries } from "../../../viewer/artifacts/step-images.ts";
import {
  foldersOf,
  foundRows,
  isGone,
  nextFile,
  treeRows,
  unreadFolders,
} from "../../../viewer/artifacts/tree-rows.ts";

const entry = (path: string): ArtifactEntry => ({
  path: path.replace(/\/$/, ""),
  isDir: path.endsWith("/"),
  fileSize: path.endsWith("/") ? null : 10,
  modified: 1,
  published: true,
});

const listing = (path: string, files: readonly string[]): [string, ArtifactsFile] => [
  path,
  { path, files: files.map(entry), source: "tree" },
];

const LISTINGS = new Map([
  listing("", ["b.txt", "a10.txt", "a9.txt", "eval/", "model/"]),
  listing("eval", ["eval/plot.png", "eval/deep/"]),
]);

test("an open folder shows its files below it, folders first, names as people sort them", () => {
  const rows = treeRows(LISTINGS, new Set(["eval", "model"]));

  expect(
    rows.map((row) => `${"  ".repeat(row.depth)}${row.name}${row.isLoading ? " …" : ""}`),
  ).toEqual(["eval", "  deep", "  plot.png", "model …", "a9.txt", "a10.txt", "b.txt"]);
});

test("a search finds files in all folders that were read", () => {
  expect(foundRows(LISTINGS, "PL eval").map((row) => row.name)).toEqual(["eval/plot.png"]);
  expect(unreadFolders(LISTINGS)).toEqual(["model", "eval/deep"]);
});

test("j and k go from file to file, over folders, and stop at the ends", () => {
  const rows = treeRows(LISTINGS, new Set(["eval"]));
  const next = (path: string, direction: 1 | -1): string | undefined =>
    nextFile(rows, path, direction)?.path;

  expect(next("eval/plot.png", 1)).toBe("a9.txt");
  expect(next("a9.txt", -1)).toBe("eval/plot.png");
  expect(next("b.txt", 1)).toBeUndefined();
  expect(next("", 1)).toBe("eval/plot.png");
});

test("a path is gone when the folder where it goes on was read without it", () => {
  expect(foldersOf("eval/deep/x.txt")).toEqual(["eval", "eval/deep"]);
  expect(isGone(LISTINGS, "eval/deep/x.txt")).toBe(false);
  expect(isGone(LISTINGS, "eval/other/x.txt")).toBe(true);
  expect(isGone(LISTINGS, "nope/x.txt")).toBe(true);
  expect(isGone(LISTINGS, "b.txt")).toBe(false);
});

test("images that MLflow logged at steps are one series", () => {
  const name = (step: number, rest = "ab12cd34.png"): ArtifactEntry =>
    entry(`images/val#samples%step%${step}%timestamp%1700%${rest}`);
  const files = [name(10), name(2), name(2, "ab12cd34%compressed.webp"), entry("images/other.png")];

  expect(parseStepImage(files[0] as ArtifactEntry)).toMatchObject({
    key: "val/samples",
    step: 10,
    timestamp: 1700,
  });
  expect(stepSeries(files[0] as ArtifactEntry, files).map((image) => image.step)).toEqual([2, 10]);
  expect(stepSeries(entry("images/other.png"), files)).toEqual([]);
});
