import { expect, test } from "vitest";
import { completeAt } from "../../../lib/search/index.ts";

/** The cursor stands at the bar. */
const complete = (text: string) => completeAt("runs", text.replace("|", ""), text.indexOf("|"));

test("at the start kinds and attributes are offered", () => {
  expect(complete("|")).toEqual({
    expected: "identifier",
    start: 0,
    end: 0,
    prefix: "",
    options: [
      "metrics.",
      "params.",
      "tags.",
      "datasets.",
      "run_id",
      "run_name",
      "status",
      "user_id",
      "artifact_uri",
      "start_time",
      "end_time",
      "experiment",
      "root",
    ],
  });
});

test("behind the dot the keys of that kind are wanted, quotes aside", () => {
  expect(complete("metrics.lo|")).toEqual({
    expected: "key",
    entity: "metric",
    start: 8,
    end: 10,
    prefix: "lo",
  });
  expect(complete("status = 'x' AND params.`learning r|")).toEqual({
    expected: "key",
    entity: "parameter",
    start: 24,
    end: 35,
    prefix: "learning r",
  });
  expect(complete("tags.a|bc = 'x'")).toMatchObject({ expected: "key", prefix: "a", end: 8 });
});

test("behind an identifier its comparators are offered", () => {
  expect(complete("metrics.loss |")).toEqual({
    expected: "comparator",
    entity: "metric",
    key: "loss",
    start: 13,
    end: 13,
    prefix: "",
    options: ["=", "!=", ">", ">=", "<", "<=", "IS NULL", "IS NOT NULL"],
  });
  expect(complete("run_id NOT |")).toMatchObject({ expected: "comparator", options: ["IN"] });
  expect(complete("tags.a IS |")).toMatchObject({ options: ["NULL", "NOT NULL"] });
  expect(complete("params.a >|")).toMatchObject({ expected: "comparator", start: 9, end: 10 });
});

test("behind a comparator values are wanted, and their type is known", () => {
  expect(complete("params.model = 'be|")).toEqual({
    expected: "value",
    entity: "parameter",
    key: "model",
    comparator: "=",
    type: "text",
    isList: false,
    start: 15,
    end: 18,
    prefix: "be",
  });
  expect(complete("metrics.loss < |")).toMatchObject({ expected: "value", type: "number" });
  expect(complete("run_id IN ('a', |")).toMatchObject({
    expected: "value",
    key: "run_id",
    isList: true,
  });
});

test.each([
  "metrics.loss < 0.1 |",
  "status = 'FINISHED'|",
  "tags.a IS NULL |",
  "run_id IN ('a')|",
  "status = 'x' A|",
])("in %s the next word is AND or OR", (text) => {
  expect(complete(text)).toMatchObject({ expected: "conjunction", options: ["AND", "OR"] });
});

test.each(["bert |", "status = 'x' AND |", "NOT |", "(|", "status = 'x' OR (NOT |"])(
  "in %s a new condition starts",
  (text) => {
    expect(complete(text)).toMatchObject({ expected: "identifier" });
  },
);
