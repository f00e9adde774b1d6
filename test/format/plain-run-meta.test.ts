import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePlainRunMeta } from "../../lib/format/plain-run-meta.ts";
import { parseRunMeta, printRunMeta } from "../../lib/format/run-meta.ts";

/** Scalars that are not always text, and some that are. */
const SCALARS = fc.oneof(
  fc.constantFrom("ada", "a b", "sweep-2", "''", "'a'", "null", "yes", "No", "on", "~", "y", "a:b"),
  fc.constantFrom(
    "1e3",
    "1",
    "01",
    ".5",
    "a #b",
    "a: b",
    "x_y.z",
    "a  b",
    "a ",
    "grün",
    "-",
    "a'b",
  ),
  fc.stringMatching(/^[ -~]{0,8}$/),
);
const IDS = fc.oneof(
  fc.stringMatching(/^[0-9a-f]{32}$/),
  fc.stringMatching(/^[0-9]{32}$/),
  fc.stringMatching(/^0b[01]{30}$/),
  fc.stringMatching(/^[0-9]{3}e[0-9]{28}$/),
);
const TIMES = fc.constantFrom("null", "0", "1795394539771", "01", "1_0", "'5'", "1.5", "-1", "");

const URIS = fc.constantFrom("/x", "s3://b/x: y", "/x:", "null", "/a #b", "a/b");

function mostly(usual: string, odd: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
}

test("whatever it reads, the reader of YAML reads as the same", () => {
  let plain = 0;
  const check = (values: Readonly<Record<string, string>>): void => {
    const text = Object.entries(values)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join("");
    const meta = parsePlainRunMeta(text);
    if (meta === undefined) return;
    plain++;
    // With a comment the file is not plain.
    expect(meta).toEqual(parseRunMeta(`${text}# end\n`, "p"));
  };
  const record = fc.record({
    artifact_uri: mostly("file:///x/1", fc.oneof(URIS, SCALARS)),
    end_time: mostly("1795394539771", TIMES),
    entry_point_name: fc.constant("''"),
    experiment_id: mostly("'1'", fc.constantFrom("'007'", "1")),
    lifecycle_stage: mostly("active", fc.constantFrom("deleted", "gone")),
    run_id: mostly("2908dadb89a34efbbf2f815401be9262", IDS),
    run_name: mostly("sweep-2", SCALARS),
    source_name: fc.constant("''"),
    source_type: fc.constant("4"),
    source_version: fc.constant("''"),
    start_time: mostly("1795394539771", TIMES),
    status: mostly("3", fc.constantFrom("1", "5", "6", "FINISHED")),
    tags: fc.constant("[]"),
    user_id: mostly("ada", SCALARS),
  });
  fc.assert(fc.property(record, check), { numRuns: 20_000 });

  expect(plain).toBeGreaterThan(100);
});

test("what MLflow writes of an ordinary run is plain, and so is what we write", () => {
  const meta = parseRunMeta(TEXT, "p");

  expect(parsePlainRunMeta(TEXT)).toEqual(meta);
  expect(parsePlainRunMeta(printRunMeta({ ...meta, deletedTime: null }))).toEqual({
    ...meta,
    deletedTime: null,
  });
});

const TEXT = `artifact_uri: file:///tmp/tracking/mlruns/1/2908dadb89a34efbbf2f815401be9262/artifacts
end_time: 1795394539835
entry_point_name: ''
experiment_id: '1'
lifecycle_stage: active
run_id: 2908dadb89a34efbbf2f815401be9262
run_name: sweep-2
source_name: ''
source_type: 4
source_version: ''
start_time: 1795394539771
status: 3
tags: []
user_id: ada
`;
