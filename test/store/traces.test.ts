import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { withSpan } from "../../lib/client/tracing/tracing.ts";
import {
  createAssessment,
  deleteAssessment,
  type NewAssessment,
  updateAssessment,
} from "../../lib/store/assessments.ts";
import { createExperiment } from "../../lib/store/experiments.ts";
import { deleteExperiment } from "../../lib/store/lifecycle.ts";
import { getTraceInfo, listTraceInfos } from "../../lib/store/read-trace.ts";
import { openStore, type Store } from "../../lib/store/store.ts";
import {
  deleteTraces,
  deleteTraceTag,
  endTrace,
  setTraceTag,
  startTrace,
} from "../../lib/store/traces.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

let store: Store;
let experimentId: string;

beforeEach(async () => {
  store = openStore(join(await makeTempFolder(), "mlruns"));
  experimentId = createExperiment(store, "e");
});

const FEEDBACK: NewAssessment = {
  kind: "feedback",
  name: "ok",
  source: { sourceType: "HUMAN", sourceId: "ada" },
  spanId: null,
  value: true,
  error: null,
  rationale: null,
  metadata: {},
  overrides: null,
};

describe("a trace", () => {
  test("is begun, changed and ended", () => {
    const { traceId } = startTrace(store, {
      experimentId,
      requestTime: 1000,
      requestPreview: "in",
      traceMetadata: { a: "1" },
      tags: { t: "1" },
    });
    const info = endTrace(store, traceId, {
      state: "OK",
      executionDuration: 5,
      responsePreview: "out",
      traceMetadata: { b: "2" },
      tags: { t: "2", "a/b": "nested" },
    });

    expect(info).toEqual({
      traceId: expect.stringMatching(/^tr-[0-9a-f]{32}$/),
      experimentId,
      requestTime: 1000,
      state: "OK",
      requestPreview: "in",
      responsePreview: "out",
      clientRequestId: null,
      executionDuration: 5,
      traceMetadata: { a: "1", b: "2" },
      tags: {
        t: "2",
        "a/b": "nested",
        "mlflow.artifactLocation": `mlruns/${experimentId}/traces/${traceId}/artifacts`,
      },
      assessments: [],
    });
    expect(getTraceInfo(store, traceId)).toEqual(info);
    expect(readdirSync(store.root).sort()).toEqual([".trash", "0", experimentId].sort());
  });

  test("is refused twice, and in an experiment that is not there or deleted", () => {
    startTrace(store, { experimentId, traceId: "tr-1" });
    expect(() => startTrace(store, { experimentId, traceId: "tr-1" })).toThrow(
      "Trace with ID 'tr-1' already exists.",
    );
    expect(() => startTrace(store, { experimentId: "404" })).toThrow(
      "Could not find experiment with ID 404",
    );
    deleteExperiment(store, experimentId);
    expect(() => startTrace(store, { experimentId })).toThrow(
      `Experiment ${experimentId} does not exist.`,
    );
    expect(getTraceInfo(store, "tr-1").experimentId).toBe(experimentId);
  });

  test.each(["../x", "a/b", ""])("with the id %j leads nowhere", (traceId) => {
    expect(() => startTrace(store, { experimentId, traceId })).toThrow(
      `Invalid value "${traceId}" for parameter 'trace_id' supplied.`,
    );
  });

  test("has tags that can be removed once", () => {
    const { traceId } = startTrace(store, { experimentId, tags: { t: "1" } });
    setTraceTag(store, traceId, { key: "u", value: "" });
    deleteTraceTag(store, traceId, "t");

    expect(getTraceInfo(store, traceId).tags).toMatchObject({ u: "" });
    expect(() => deleteTraceTag(store, traceId, "t")).toThrow(
      `No tag with name: t in trace with ID ${traceId}.`,
    );
  });

  test("that is broken is named and does not stop the others", async () => {
    const traces = openStore(await makeTree("v3-traces"));
    const id = "492178799070633253";
    const [first, ...others] = listTraceInfos(traces, id).found;
    const path = `${id}/traces/${first?.traceId}/trace_info.yaml`;
    writeFileSync(join(traces.root, path), "state: OK\n");

    expect(listTraceInfos(traces, id)).toEqual({
      found: others,
      problems: [{ path, message: "key 'trace_id' is missing" }],
    });
    mkdirSync(join(traces.root, id, "traces/empty"));
    expect(listTraceInfos(traces, id).found).toEqual(others);
  });

  test("is deleted for good by id; ids of nobody count nothing", () => {
    const { traceId } = startTrace(store, { experimentId });
    startTrace(store, { experimentId, traceId: "tr-2" });

    expect(deleteTraces(store, experimentId, { traceIds: [traceId, "tr-nobody"] })).toBe(1);
    expect(listTraceInfos(store, experimentId).found.map((each) => each.traceId)).toEqual(["tr-2"]);
    expect(() => getTraceInfo(store, traceId)).toThrow(`Trace with ID '${traceId}' not found`);
  });
});

describe("an assessment", () => {
  test("that overrides makes the other invalid, until it is deleted", () => {
    const { traceId } = startTrace(store, { experimentId });
    const first = createAssessment(store, traceId, FEEDBACK);
    const second = createAssessment(store, traceId, {
      ...FEEDBACK,
      value: false,
      overrides: first.assessmentId,
    });
    const valid = (): boolean[] => getTraceInfo(store, traceId).assessments.map((a) => a.valid);

    expect(second.assessmentId).toMatch(/^a-[0-9a-f]{32}$/);
    expect(valid().sort()).toEqual([false, true]);
    deleteAssessment(store, traceId, second.assessmentId);
    expect(valid()).toEqual([true]);
    deleteAssessment(store, traceId, first.assessmentId);
    deleteAssessment(store, traceId, first.assessmentId);
    expect(existsSync(join(store.root, experimentId, "traces", traceId, "assessments"))).toBe(
      false,
    );
  });

  test("keeps its kind, source and span when it changes", () => {
    const { traceId } = startTrace(store, { experimentId });
    const made = createAssessment(store, traceId, { ...FEEDBACK, metadata: { a: "1" } });
    const changed = updateAssessment(store, traceId, made.assessmentId, {
      name: "fine",
      rationale: "because",
      metadata: { b: "2" },
      feedback: { value: 0.5, error: null },
    });

    expect(changed).toEqual({
      ...made,
      name: "fine",
      rationale: "because",
      metadata: { a: "1", b: "2" },
      value: 0.5,
      lastUpdateTimeMs: changed.lastUpdateTimeMs,
    });
    expect(() =>
      updateAssessment(store, traceId, made.assessmentId, { expectation: { value: 1 } }),
    ).toThrow("Cannot update expectation value on a Feedback assessment.");
    expect(() => updateAssessment(store, traceId, "a-nobody", {})).toThrow(
      `Assessment with ID 'a-nobody' not found for trace '${traceId}'`,
    );
  });

  test("that overrides nobody is refused", () => {
    const { traceId } = startTrace(store, { experimentId });

    expect(() => createAssessment(store, traceId, { ...FEEDBACK, overrides: "a-nobody" })).toThrow(
      "Assessment with ID 'a-nobody' not found",
    );
    expect(getTraceInfo(store, traceId).assessments).toEqual([]);
  });
});

describe("spans", () => {
  test("lie where the experiment keeps its artifacts", async () => {
    const elsewhere = await makeTempFolder();
    const client = new MlrunsClient(store.root);
    const far = await client.createExperiment("far", { artifactLocation: elsewhere });
    await withSpan({ name: "root", client, experimentId: far }, async () => undefined);
    const [info] = (await client.searchTraces([far])).traces;
    const traceId = info?.traceId ?? "";

    const file = join(elsewhere, "traces", traceId, "artifacts/traces.json");
    expect(JSON.parse(readFileSync(file, "utf8")).spans).toHaveLength(1);
    expect((await client.getTrace(traceId)).spans[0]?.name).toBe("root");
    expect(existsSync(join(store.root, far, "traces", traceId, "artifacts"))).toBe(false);
  });

  test("that are missing are told apart from a trace that is", async () => {
    const client = new MlrunsClient(store.root);
    const { traceId } = await client.startTrace({ experimentId });

    await expect(client.getTrace(traceId)).rejects.toThrow(
      expect.objectContaining({
        errorCode: "NOT_FOUND",
        message: `Trace with ID ${traceId} cannot be loaded because it is missing span data.`,
      }),
    );
    await expect(client.getTrace("tr-nobody")).rejects.toThrow(
      "Trace with ID 'tr-nobody' not found",
    );
  });
});
