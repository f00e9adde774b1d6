import { expect, test } from "vitest";
import type { MetricEntry } from "../../../lib/wire/data-files.ts";
import { commitUrl, headlineMetrics, sinceLastWrite } from "../../../viewer/run/facts.ts";
import { groupByPrefix, matchesText, toYaml } from "../../../viewer/run/key-groups.ts";

const COMMIT = "3fd02a8c0ffee1234567890abcdef1234567890a";

test.each([
  ["https://github.com/acme/vision", "https://github.com/acme/vision"],
  ["https://user:token@gitlab.com/group/sub/vision.git", "https://gitlab.com/group/sub/vision"],
  ["git@github.com:acme/vision.git", "https://github.com/acme/vision"],
  ["ssh://git@host.example/acme/vision.git", "https://host.example/acme/vision"],
])("the commit of the remote %s has a page", (remote, page) => {
  const tags = { "mlflow.source.git.commit": COMMIT, "mlflow.source.git.repoURL": remote };

  expect(commitUrl(tags)).toBe(`${page}/commit/${COMMIT}`);
});

test("no link is made of a remote that is no web host, or of a commit that is none", () => {
  const remote = (url: string, commit = COMMIT): Record<string, string> => ({
    "mlflow.source.git.commit": commit,
    "mlflow.source.git.repoURL": url,
  });

  expect(commitUrl(remote("/home/me/repo"))).toBeUndefined();
  expect(commitUrl(remote("javascript:alert(1)//github.com/x/y"))).toBeUndefined();
  expect(commitUrl(remote("https://github.com/a/b", "main/../../x"))).toBeUndefined();
  expect(commitUrl({})).toBeUndefined();
});

test("the curves at the top of a run are scores and losses first, counters and machine metrics last or never", () => {
  const metric = (key: string, count = 10): MetricEntry => ({
    ...{ key, count, last: 1, step: 1, timestamp: 1 },
    ...{ min: 0, max: 1, mean: 0.5 },
  });
  const metrics = ["epoch", "train/lr", "train/loss", "val/acc", "val/loss", "system/cpu"].map(
    (key) => metric(key),
  );

  expect(headlineMetrics([...metrics, metric("test_acc", 1)], 5)).toEqual([
    "val/acc",
    "val/loss",
    "train/loss",
    "train/lr",
    "epoch",
  ]);
});

test("a running run that has not written for ten minutes has probably died", () => {
  const info = { status: "RUNNING", startTime: 1_000 } as never;

  expect(sinceLastWrite({ info, lastWrite: 5_000 }, 6_000)).toEqual({
    at: 5_000,
    isProbablyDead: false,
  });
  expect(sinceLastWrite({ info, lastWrite: null }, 700_000)).toEqual({
    at: 1_000,
    isProbablyDead: true,
  });
  expect(sinceLastWrite({ info: { status: "FINISHED" } as never, lastWrite: 1 }, 9e9)).toBeNull();
});

test("keys that share a prefix are a group, a lonely one is not", () => {
  const entries = ["seed", "optim.lr", "optim.name", "data.path", "a/b.c", "a/d", ".x", "y."].map(
    (key) => ({ key }),
  );

  expect(
    groupByPrefix(entries).map(({ prefix, entries: all }) => [prefix, all.map((e) => e.key)]),
  ).toEqual([
    ["", ["seed", "data.path", ".x", "y."]],
    ["optim.", ["optim.lr", "optim.name"]],
    ["a/", ["a/b.c", "a/d"]],
  ]);
});

test("a filter wants all its words, in the key or the value", () => {
  const matches = matchesText("lr 0.1");

  expect(matches("optim.LR", "0.1")).toBe(true);
  expect(matches("optim.lr", "0.01")).toBe(false);
});

test("params copied as YAML read back as the same text", () => {
  expect(
    toYaml([
      ["lr", "1e3"],
      ["no", "yes"],
      ["a b", 'x "y"\n'],
    ]),
  ).toBe('lr: "1e3"\n"no": "yes"\n"a b": "x \\"y\\"\\n"\n');
});
