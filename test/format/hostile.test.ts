import fc from "fast-check";
import { expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { parseAssessment } from "../../lib/format/assessment.ts";
import {
  parseDatasetMeta,
  parseInputMeta,
  parseOutputMeta,
} from "../../lib/format/dataset-meta.ts";
import { parseExperimentMeta } from "../../lib/format/experiment-meta.ts";
import { parseLoggedModelMeta } from "../../lib/format/logged-model-meta.ts";
import { parseMetricHistory, summarizeMetric } from "../../lib/format/metric-line.ts";
import { parseModelVersionMeta, parseRegisteredModelMeta } from "../../lib/format/registry-meta.ts";
import { parseRunMeta } from "../../lib/format/run-meta.ts";
import { parseSpans } from "../../lib/format/spans.ts";
import { parseTraceInfo } from "../../lib/format/trace-info.ts";
import { printYaml } from "../../lib/format/yaml.ts";
import { awkwardText, document, json, metricText } from "./arbitraries.ts";

const PARSERS: Readonly<Record<string, (text: string, path: string) => unknown>> = {
  parseAssessment,
  parseDatasetMeta,
  parseExperimentMeta,
  parseInputMeta,
  parseLoggedModelMeta,
  parseModelVersionMeta,
  parseOutputMeta,
  parseRegisteredModelMeta,
  parseRunMeta,
  parseSpans,
  parseTraceInfo,
};

/** Every key that a file of the tree may have. */
const KEYS = [
  "aliases artifact_location artifact_uri assessment_id assessment_name create_time creation_time creation_timestamp",
  "current_stage deleted_time description destination_id destination_type digest end_time execution_duration_ms",
  "execution_time_ms expectation experiment_id feedback issue last_update_time last_updated_timestamp lifecycle_stage",
  "metadata model_id name overrides profile rationale request_id request_time run_id run_name run_uuid schema source",
  "source_id source_type spans start_time state status step tags timestamp_ms trace_id trace_location user_id valid version",
]
  .join(" ")
  .split(" ");

const ordinary = fc.constantFrom<unknown>(
  "a",
  "0",
  1795394539771,
  1,
  null,
  true,
  {},
  [],
  "active",
  "OK",
  "MODEL",
  "RUN_OUTPUT",
  "2026-11-23T00:43:31Z",
  { value: 1 },
  { source_type: "CODE" },
  { mlflow_experiment: { experiment_id: 1 } },
  [{ trace_id: "x", span_id: "y", name: "n", start_time_unix_nano: 1, status: { code: "OK" } }],
);

/** Files of any kind with some keys missing, and others of a kind that nobody expects. */
const almostMeta = fc
  .dictionary(fc.constantFrom(...KEYS), fc.oneof({ weight: 3, arbitrary: ordinary }, json), {
    minKeys: 1,
    maxKeys: KEYS.length,
    noNullPrototype: true,
  })
  .map((map) => JSON.stringify(map));

test.each(Object.entries(PARSERS))(
  "%s throws nothing but MlrunsErrors with the path",
  (_, parse) => {
    const text = fc.oneof(almostMeta, almostMeta, document.map(printYaml), awkwardText);
    fc.assert(
      fc.property(text, (each) => {
        try {
          parse(each, "1/meta.yaml");
        } catch (error) {
          expect(error).toBeInstanceOf(MlrunsError);
          expect((error as MlrunsError).path).toBe("1/meta.yaml");
          expect((error as MlrunsError).message).not.toBe("");
        }
      }),
      { numRuns: 1000 },
    );
  },
);

test("metric files throw nothing at all", () => {
  fc.assert(
    fc.property(
      fc.oneof(metricText, awkwardText, fc.string({ unit: "binary" })),
      fc.boolean(),
      (text, isModel) => {
        const place = { key: "m", path: "p", experimentId: "1", isModel };
        parseMetricHistory(text, place);
        summarizeMetric(text, place);
      },
    ),
    { numRuns: 5000 },
  );
});
