import * as v from "valibot";
import { invalidParameter } from "../../errors.ts";
import { compact, someOf } from "../../wire/json.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { texts } from "../schema.ts";

const MOST_EXPERIMENTS = 20;
const DATASET_CONTEXT = "mlflow.data.context";

/** What MLflow's own viewer asks, and no Python client. */
export const viewerEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    "/2.0/mlflow/experiments/search-datasets",
    v.object({ experiment_ids: texts }),
    async ({ client }, request) => {
      const ids = request.experiment_ids;
      if (ids.length === 0) {
        throw invalidParameter("SearchDatasets request must specify at least one experiment_id.");
      }
      if (ids.length > MOST_EXPERIMENTS) {
        throw invalidParameter(
          `SearchDatasets request cannot specify more than ${MOST_EXPERIMENTS} experiment_ids.` +
            ` Received ${ids.length} experiment_ids.`,
        );
      }
      const summaries = new Map<string, object>();
      for (const id of ids) {
        for (const { run } of (await client.scanRuns(id)).records) {
          if (run.info.lifecycleStage !== "active") continue;
          for (const { dataset, tags } of run.inputs.datasetInputs) {
            const context = tags[DATASET_CONTEXT];
            const summary = { experiment_id: id, name: dataset.name, digest: dataset.digest };
            summaries.set(
              JSON.stringify([id, dataset.name, dataset.digest, context]),
              compact({ ...summary, context }),
            );
          }
        }
      }
      return compact({ dataset_summaries: someOf([...summaries.values()]) });
    },
    { mount: "ajax", isReading: true },
  ),
  // There is no gateway: the answer of one without endpoints.
  ...(["GET", "POST"] as const).map((method) =>
    endpoint(method, "/2.0/mlflow/gateway-proxy", v.object({}), async () => ({ endpoints: [] }), {
      mount: "ajax",
      isReading: true,
    }),
  ),
  endpoint(
    "GET",
    "/3.0/mlflow/ui-telemetry",
    v.object({}),
    async () => ({ disable_ui_telemetry: true, disable_ui_events: [], ui_rollout_percentage: 0 }),
    { mount: "ajax" },
  ),
  endpoint("POST", "/3.0/mlflow/ui-telemetry", v.object({}), async () => ({ status: "disabled" }), {
    mount: "ajax",
    isReading: true,
  }),
];
