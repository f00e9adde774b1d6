import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateArtifactPath } from "../../lib/entities/artifact-path.ts";
import { randomName } from "../../lib/entities/random-name.ts";
import { compareText, toDictionary } from "../../lib/entities/record.ts";
import {
  posixNormal,
  textLength,
  validateBatchSizes,
  validateExperimentId,
  validateExperimentName,
  validateKey,
  validateMetric,
  validateParam,
  validateRunId,
  validateUniqueParams,
} from "../../lib/entities/validate.ts";
import { runPython } from "../helpers/python.ts";

const BAD_CHARACTERS =
  "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";

describe("keys", () => {
  test.each(["loss", "train/loss", "a b", ".hidden", "-x", "a.", "é", "日本", "a:b", "x\n"])(
    "%j is a legal key",
    (key) => {
      expect(() => validateKey(key, "key")).not.toThrow();
    },
  );

  test.each([
    ["a*b", `Invalid value "a*b" for parameter 'name' supplied: ${BAD_CHARACTERS}`],
    ["😀", `Invalid value "\\ud83d\\ude00" for parameter 'name' supplied: ${BAD_CHARACTERS}`],
  ])("%j has a character that MLflow refuses", (key, message) => {
    expect(() => validateKey(key, "name")).toThrow(message);
  });

  test.each([
    ["", "'.'"],
    ["a//b", "'a/b'"],
    ["/a", "'/a'"],
    ["a/", "'a'"],
    ["../a", "'../a'"],
    ["./a", "'a'"],
    [".", "'.'"],
    ["..a", "'..a'"],
  ])("%j would be another file than it says", (key, resolved) => {
    expect(() => validateKey(key, "key")).toThrow(`This name would resolve to ${resolved}`);
  });

  test("our verdict is MLflow's for generated names", async () => {
    const name = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.string({
        unit: fc.constantFrom("a", "/", ".", " ", "-", ":", "_", "\n", "é", "०", "̈"),
        maxLength: 6,
      }),
    );
    const names = fc
      .sample(name, { numRuns: 5_000, seed: 7 })
      .filter((text) => text.isWellFormed());
    const script = `
import json, sys, unicodedata
from mlflow.utils.validation import _validate_metric_name
def verdict(name):
    # Python's Unicode may be older than Node's: characters that it does not know yet are no case.
    if any(unicodedata.category(c) == "Cn" for c in name):
        return "unknown"
    try:
        _validate_metric_name(name)
        return None
    except Exception as e:
        return e.message
print(json.dumps([verdict(n) for n in json.load(sys.stdin)]))`;
    const expected = JSON.parse(await runPython(script, { input: JSON.stringify(names) })) as (
      | string
      | null
    )[];

    const ours = names.map((key) => {
      try {
        validateKey(key, "name");
        return null;
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(ours.filter((_, i) => expected[i] !== "unknown")).toEqual(
      expected.filter((verdict) => verdict !== "unknown"),
    );
  });
});

describe("metrics", () => {
  const point = { key: "m", value: 1, timestamp: 1, step: 0 };

  test("a point with a negative step, NaN or infinity is legal", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -0]) {
      expect(() => validateMetric({ ...point, value, step: -3 })).not.toThrow();
    }
  });

  test.each([
    [{ ...point, value: undefined }, "Missing value for required parameter 'value'."],
    [
      { ...point, value: "abc" },
      `Invalid value "abc" for parameter 'value' supplied: (timestamp=1).`,
    ],
    [{ ...point, timestamp: -1 }, "Timestamp must be a nonnegative long (64-bit integer) "],
    [{ ...point, step: "3" }, "Step must be a valid long (64-bit integer)."],
    [
      { ...point, key: "k".repeat(251) },
      "'Metric name' exceeds the maximum length of 250 characters",
    ],
  ])("%j is refused", (metric, message) => {
    expect(() => validateMetric(metric as never)).toThrow(message);
  });

  test.each([
    { ...point, step: 12.5 },
    { ...point, timestamp: 1.5 },
  ])("%j, which MLflow would write and could not read again, is refused", (metric) => {
    expect(() => validateMetric(metric)).toThrow(/must be a/);
  });
});

describe("params, tags and batches", () => {
  test("a param value is cut at 6,000 characters, counted as Python counts", () => {
    const value = "😀".repeat(6_001);
    expect(validateParam({ key: "p", value }).value).toBe("😀".repeat(6_000));
  });

  test("a batch has MLflow's limits", () => {
    expect(() => validateBatchSizes(1_000, 0, 0)).not.toThrow();
    expect(() => validateBatchSizes(0, 101, 0)).toThrow(
      "A batch logging request can contain at most 100 params. Got 101 params. Please split up params across multiple requests and try again.",
    );
    expect(() => validateBatchSizes(950, 50, 50)).toThrow("at most 1000 metrics, params, and tags");
  });

  test("a param twice in a batch is named", () => {
    const params = ["d", "e", "d"].map((key) => ({ key, value: "1" }));
    expect(() => validateUniqueParams(params)).toThrow(
      "Duplicate parameter keys have been submitted: ['d'].",
    );
  });
});

describe("ids and names", () => {
  test.each(["../x", "", "a/b", ".git", "a".repeat(257), "a b"])("%j is no run id", (id) => {
    expect(() => validateRunId(id)).toThrow("for parameter 'run_id' supplied.");
  });

  test.each([".git", "../x", "my stray!", ""])("%j is no experiment id", (id) => {
    expect(() => validateExperimentId(id)).toThrow(`Invalid experiment ID: '${id}'`);
  });

  test("an experiment name has 1 to 500 characters", () => {
    expect(() => validateExperimentName("x".repeat(500))).not.toThrow();
    expect(() => validateExperimentName("")).toThrow("Invalid experiment name: ''");
    expect(() => validateExperimentName("x".repeat(501))).toThrow(
      "'name' exceeds the maximum length of 500 characters",
    );
    expect(() => validateExperimentName(5)).toThrow(
      "Invalid experiment name: 5. Expects a string.",
    );
  });

  test("a generated name is an adjective, a noun and a number, in 20 characters", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (x) => {
        expect(randomName(() => x)).toMatch(/^[a-z]+-[a-z]+-\d{1,4}$/);
        expect(randomName(() => x).length).toBeLessThanOrEqual(20);
      }),
    );
  });
});

describe("paths and text", () => {
  test.each(["../x", "a/../../b", "/etc/passwd", "a\\b", "C:/x", "a//b", "."])(
    "%j is no artifact path",
    (path) => {
      expect(() => validateArtifactPath(path)).toThrow(/Invalid artifact path/);
    },
  );

  test.each(["", "a b/ä/100%.txt", "x#y", ".hidden"])("%j is an artifact path", (path) => {
    expect(() => validateArtifactPath(path)).not.toThrow();
  });

  test.each([
    ["a/./b//c/", "a/b/c"],
    ["a/../..", ".."],
    ["//a", "//a"],
    ["///a", "/a"],
    ["", "."],
  ])("the normal form of %j is %j, as in Python", (path, normal) => {
    expect(posixNormal(path)).toBe(normal);
  });

  test("text is ordered and counted by code point", () => {
    expect(["\u{10000}", "\uffff", "a", "ab"].sort(compareText)).toEqual([
      "a",
      "ab",
      "\uffff",
      "\u{10000}",
    ]);
    expect(textLength("a😀b")).toBe(3);
  });

  test("a dictionary has no prototype, so every key is data", () => {
    const dictionary = toDictionary([
      ["__proto__", "x"],
      ["a", "y"],
    ]);
    expect(Object.entries(dictionary)).toEqual([
      ["__proto__", "x"],
      ["a", "y"],
    ]);
  });
});
