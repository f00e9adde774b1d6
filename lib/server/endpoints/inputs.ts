import * as v from "valibot";
import { decodeDatasetInput } from "../../wire/dataset.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { int64, pairs, required, text } from "../schema.ts";

const BASE = "/2.0/mlflow/runs";

const datasetInput = v.object({
  tags: pairs,
  dataset: v.object({
    name: required,
    digest: required,
    source_type: required,
    source: required,
    schema: v.optional(text),
    profile: v.optional(text),
  }),
});

/** What runs take in and bring forth. */
export const inputEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    `${BASE}/log-inputs`,
    v.object({
      run_id: required,
      datasets: v.optional(v.array(datasetInput), []),
      models: v.optional(v.array(v.object({ model_id: required })), []),
    }),
    async ({ client }, request) => {
      const models = request.models.map((model) => ({ modelId: model.model_id }));
      client.logInputs(request.run_id, request.datasets.map(decodeDatasetInput), models);
      return {};
    },
  ),
  endpoint(
    "POST",
    `${BASE}/outputs`,
    v.object({
      run_id: required,
      models: v.array(v.object({ model_id: required, step: v.optional(int64, 0) })),
    }),
    async ({ client }, request) => {
      const models = request.models.map(({ model_id: modelId, step }) => ({ modelId, step }));
      client.logOutputs(request.run_id, models);
      return {};
    },
  ),
];
