import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAssessment, printAssessment } from "../../lib/format/assessment.ts";
import {
  parseDatasetMeta,
  parseInputMeta,
  parseOutputMeta,
  printDatasetMeta,
  printInputMeta,
  printOutputMeta,
} from "../../lib/format/dataset-meta.ts";
import { parseExperimentMeta, printExperimentMeta } from "../../lib/format/experiment-meta.ts";
import { parseLoggedModelMeta, printLoggedModelMeta } from "../../lib/format/logged-model-meta.ts";
import {
  parseMetricHistory,
  printMetricLine,
  printModelMetricLine,
} from "../../lib/format/metric-line.ts";
import {
  parseModelVersionMeta,
  parseRegisteredModelMeta,
  printModelVersionMeta,
  printRegisteredModelMeta,
} from "../../lib/format/registry-meta.ts";
import { parseRunMeta, printRunMeta } from "../../lib/format/run-meta.ts";
import { parseSpans, printSpans } from "../../lib/format/spans.ts";
import { parseTraceInfo, printTraceInfo } from "../../lib/format/trace-info.ts";
import { parseYamlMap, printYaml } from "../../lib/format/yaml.ts";
import { fixturesTrees } from "../helpers/paths.ts";

/** A kind of file, where it lies, and how it comes out when it is read and written again. */
interface Kind {
  readonly name: string;
  readonly path: RegExp;
  readonly rewrite: (text: string, path: string) => string;
  /** What we write other than MLflow, on purpose. */
  readonly expected?: (text: string) => string;
}

const EXPERIMENT = "mlruns/(?:\\.trash/)?\\d+";
const RUN = `${EXPERIMENT}/[0-9a-f]{32}`;

const KINDS: readonly Kind[] = [
  {
    name: "experiments",
    path: new RegExp(`${EXPERIMENT}/meta.yaml$`),
    rewrite: (text, path) => printExperimentMeta(parseExperimentMeta(text, path)),
    // The copy of the tags that MLflow leaves and never reads.
    expected: (text) => text.replace(/^tags:.*\n(?: .*\n)*/m, ""),
  },
  {
    name: "runs",
    path: new RegExp(`${RUN}/meta.yaml$`),
    rewrite: (text, path) => printRunMeta(parseRunMeta(text, path)),
    // MLflow 1 needs it, and MLflow 3 writes it no more.
    expected: (text) => {
      const id = /^run_id: (.*)$/m.exec(text)?.[1];
      return text.includes("run_uuid:")
        ? text
        : text.replace("source_name:", `run_uuid: ${id}\nsource_name:`);
    },
  },
  {
    name: "datasets",
    path: new RegExp(`${EXPERIMENT}/datasets/\\w+/meta.yaml$`),
    rewrite: (text, path) => printDatasetMeta(parseDatasetMeta(text, path)),
  },
  {
    name: "inputs",
    path: new RegExp(`${RUN}/inputs/\\w+/meta.yaml$`),
    rewrite: (text, path) => printInputMeta(parseInputMeta(text, path)),
  },
  {
    name: "outputs",
    path: new RegExp(`${RUN}/outputs/m-\\w+/meta.yaml$`),
    rewrite: (text, path) => printOutputMeta(parseOutputMeta(text, path)),
  },
  {
    name: "logged models",
    path: new RegExp(`${EXPERIMENT}/models/m-\\w+/meta.yaml$`),
    rewrite: (text, path) => printLoggedModelMeta(parseLoggedModelMeta(text, path)),
    // MLflow drops it when it finalizes a model.
    expected: (text) =>
      text.includes("lifecycle_stage")
        ? text
        : text.replace("model_id", "lifecycle_stage: active\nmodel_id"),
  },
  {
    name: "registered models",
    path: /mlruns\/models\/[^/]+\/meta.yaml$/,
    rewrite: (text, path) => printRegisteredModelMeta(parseRegisteredModelMeta(text, path)),
  },
  {
    name: "model versions",
    path: /mlruns\/models\/[^/]+\/version-\d+\/meta.yaml$/,
    rewrite: (text, path) => printModelVersionMeta(parseModelVersionMeta(text, path)),
  },
  {
    name: "traces",
    path: /\/traces\/[^/]+\/trace_info.yaml$/,
    rewrite: (text, path) => printTraceInfo(parseTraceInfo(text, path)),
  },
  {
    name: "assessments",
    path: /\/traces\/[^/]+\/assessments\/[^/]+.yaml$/,
    rewrite: (text, path) => printAssessment(parseAssessment(text, path)),
  },
  {
    name: "spans",
    path: /\/traces\/[^/]+\/artifacts\/traces.json$/,
    rewrite: (text, path) => printSpans(parseSpans(text, path)),
  },
  {
    name: "metrics of runs",
    path: new RegExp(`${RUN}/metrics/`),
    rewrite: (text, path) => rewriteMetric(text, path, false),
  },
  {
    name: "metrics of logged models",
    path: new RegExp(`${EXPERIMENT}/models/m-\\w+/metrics/`),
    rewrite: (text, path) => rewriteMetric(text, path, true),
  },
];

const files = readdirSync(fixturesTrees, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).replaceAll("\\", "/"))
  .sort();

describe("read and written again, every file of the fixture trees stays as it is:", () => {
  test.each(KINDS)("$name", ({ path, rewrite, expected }) => {
    const found = files
      .filter((file) => path.test(file))
      .map((file) => [file, readFileSync(file, "utf8")] as const);

    expect(found.length).toBeGreaterThan(0);
    expect(found.map(([file, text]) => [file, rewrite(text, file)])).toEqual(
      found.map(([file, text]) => [file, expected?.(text) ?? text]),
    );
  });

  test("any YAML file", () => {
    const found = files
      .filter((file) => file.endsWith(".yaml") && !file.includes("/artifacts/"))
      .map((file) => [file, readFileSync(file, "utf8")] as const);

    expect(found.map(([file, text]) => [file, printYaml(parseYamlMap(text, file))])).toEqual(found);
  });
});

test("no file of the trees' metadata is without a kind", () => {
  const unknown = files.filter(
    (file) =>
      /\.yaml$|traces\.json$|\/metrics\//.test(file) && !KINDS.some(({ path }) => path.test(file)),
  );

  expect(unknown.filter((file) => !/\/artifacts\//.test(file))).toEqual([]);
});

function rewriteMetric(text: string, path: string, isModel: boolean): string {
  const place = { key: path.replace(/.*\/metrics\//, ""), path, experimentId: "0", isModel };
  const { points, problems } = parseMetricHistory(text, place);
  expect(problems).toEqual([]);
  return points.map(isModel ? printModelMetricLine : printMetricLine).join("");
}
