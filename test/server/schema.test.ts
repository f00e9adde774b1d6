import * as v from "valibot";
import { describe, expect, test } from "vitest";
import {
  double,
  flag,
  int64,
  oneOf,
  pairs,
  parseShape,
  required,
  text,
} from "../../lib/server/schema.ts";

const DOCS = " See the API docs for more information about request parameters.";

function refusal(schema: v.GenericSchema, request: Record<string, unknown>): string {
  try {
    parseShape(schema, request);
    return "no error";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a request's shape", () => {
  const schema = v.object({ name: required, view_type: v.optional(text), tags: pairs });

  test("a missing, empty or null field that is required is named", () => {
    const message = `Missing value for required parameter 'name'.${DOCS}`;
    expect(refusal(schema, {})).toBe(message);
    expect(refusal(schema, { name: "" })).toBe(message);
    expect(refusal(schema, { name: null })).toBe(message);
  });

  test.each([
    [123, "123", "int"],
    [1.5, "1.5", "float"],
    [true, "true", "bool"],
    [["a"], '["a"]', "list"],
    [{ a: 1 }, '{"a":1}', "dict"],
  ])("the value %j of a text is shown as JSON with Python's type", (name, shown, type) => {
    expect(refusal(schema, { name })).toBe(
      `Invalid value ${shown} for parameter 'name' supplied:  Hint: Value was of type '${type}'.${DOCS}`,
    );
  });

  test("a field of a list is named by its place", () => {
    expect(refusal(schema, { name: "a", tags: [{ key: "k" }, { value: "v" }] })).toBe(
      `Missing value for required parameter 'tags[1].key'.${DOCS}`,
    );
  });

  test("what is not known is passed over, and null is as if it were not there", () => {
    expect(parseShape(schema, { name: "a", nope: 1, view_type: null })).toEqual({
      name: "a",
      tags: [],
    });
  });

  test("camelCase is understood, but not for what is required, and not beside snake_case", () => {
    expect(parseShape(schema, { name: "a", viewType: "x" })).toEqual({
      name: "a",
      view_type: "x",
      tags: [],
    });
    expect(refusal(schema, { name: "a", viewType: "x", view_type: "y" })).toBe(
      "Request specifies both 'view_type' and 'viewType'; provide only one of them.",
    );
    expect(refusal(v.object({ run_id: required }), { runId: "a" })).toBe(
      `Missing value for required parameter 'run_id'.${DOCS}`,
    );
  });
});

describe("a field's value", () => {
  const read = (schema: v.GenericSchema, value: unknown): unknown => {
    try {
      return (parseShape(v.object({ x: schema }), { x: value }) as { x: unknown }).x;
    } catch {
      return "refused";
    }
  };

  test.each([
    [7, 7],
    ["7", 7],
    ["-1795395429417", -1795395429417],
    [1.0, 1],
    [1.5, "refused"],
    ["1.5", "refused"],
    ["", "refused"],
    [true, "refused"],
    [1e30, "refused"],
  ])("%j as a whole number is %j", (value, expected) => {
    expect(read(int64, value)).toBe(expected);
  });

  test.each([
    [0.5, 0.5],
    ["0.5", 0.5],
    ["NaN", Number.NaN],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["nan", "refused"],
    ["inf", "refused"],
    ["0x10", "refused"],
    ["", "refused"],
    [true, "refused"],
    // What JSON.parse makes of 1e400.
    [Number.POSITIVE_INFINITY, "refused"],
  ])("%j as a double is %j", (value, expected) => {
    expect(read(double, value)).toBe(expected);
  });

  test.each([
    ["FINISHED", "FINISHED"],
    [2, "FINISHED"],
    ["2", "FINISHED"],
    ["", "refused"],
    [0, "refused"],
    [9, "refused"],
    ["DONE", "refused"],
    ["finished", "refused"],
  ])("%j of an enum is %j", (value, expected) => {
    expect(read(oneOf(["RUNNING", "FINISHED"]), value)).toBe(expected);
  });

  test("a flag is true or false and nothing else", () => {
    expect([true, false, "true", 1].map((value) => read(flag, value))).toEqual([
      true,
      false,
      "refused",
      "refused",
    ]);
  });
});
