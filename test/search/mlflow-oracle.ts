import { type PythonSession, startPython } from "../helpers/python.ts";
import type { Answer, Query } from "./ask.ts";
import type { Population } from "./population.ts";

/** Real MLflow's search code over entities in memory: what its file store runs once it has read the files. */
export interface Oracle {
  ask(queries: readonly Query[]): Promise<Answer[]>;
}

export async function startOracle(population: Population): Promise<Oracle> {
  const python: PythonSession = await startPython();
  await python.run(SETUP, population);
  return {
    ask: async (queries) =>
      JSON.parse(
        await python.run("import builtins, json\nprint(json.dumps(builtins.ask(args)))", queries),
      ),
  };
}

const SETUP = `
import builtins, warnings
from mlflow.entities import (Dataset, DatasetInput, Experiment, ExperimentTag, InputTag, LoggedModel, LoggedModelStatus,
    Metric, Param, Run, RunData, RunInfo, RunInputs, RunTag, TraceInfo, TraceLocation, TraceState)
from mlflow.entities.model_registry import ModelVersion, ModelVersionTag, RegisteredModel, RegisteredModelTag
from mlflow.exceptions import MlflowException
from mlflow.prompt.registry_utils import add_prompt_filter_string
from mlflow.utils.search_utils import (SearchExperimentsUtils, SearchLoggedModelsUtils, SearchModelUtils,
    SearchModelVersionUtils, SearchTraceUtils, SearchUtils)

warnings.simplefilter("ignore")

def run(r):
    i = r["info"]
    inputs = [DatasetInput(Dataset(d["dataset"]["name"], d["dataset"]["digest"], "", ""),
                           [InputTag(k, v) for k, v in d["tags"].items()]) for d in r["inputs"]["dataset_inputs"]]
    info = RunInfo(i["run_id"], i["experiment_id"], i["user_id"], i["status"], i["start_time"], i["end_time"],
                   i["lifecycle_stage"], i["artifact_uri"], i["run_name"])
    data = RunData([Metric(k, float(v), 0, 0) for k, v in r["metrics"].items()],
                   [Param(k, v) for k, v in r["params"].items()], [RunTag(k, v) for k, v in r["tags"].items()])
    return Run(info, data, RunInputs(inputs))

def logged_model(m):
    metrics = [Metric(x["key"], float(x["value"]), x["timestamp"], x["step"], dataset_name=x["dataset_name"],
                      dataset_digest=x["dataset_digest"]) for x in m["metrics"]]
    return LoggedModel(m["experiment_id"], m["model_id"], m["name"], "", m["creation_timestamp"],
                       m["last_updated_timestamp"], m["model_type"], m["source_run_id"],
                       LoggedModelStatus(m["status"]), None, m["tags"], m["params"], metrics)

rows = {
    "runs": [run(r) for r in args["runs"]],
    "experiments": [Experiment(e["experiment_id"], e["name"], "", e["lifecycle_stage"],
                               [ExperimentTag(k, v) for k, v in e["tags"].items()], e["creation_time"],
                               e["last_update_time"]) for e in args["experiments"]],
    "logged_models": [logged_model(m) for m in args["logged_models"]],
    "registered_models": [RegisteredModel(m["name"], m["creation_timestamp"], m["last_updated_timestamp"],
                                          tags=[RegisteredModelTag(k, v) for k, v in m["tags"].items()])
                          for m in args["registered_models"]],
    "model_versions": [ModelVersion(v["name"], int(v["version"]), v["creation_timestamp"], v["last_updated_timestamp"],
                                    current_stage=v["current_stage"], source=v["source"], run_id=v["run_id"],
                                    tags=[ModelVersionTag(k, x) for k, x in v["tags"].items()])
                       for v in args["model_versions"]],
    "traces": [TraceInfo(t["trace_id"], TraceLocation.from_experiment_id(t["experiment_id"]), t["request_time"],
                         TraceState(t["state"]), client_request_id=t["client_request_id"],
                         execution_duration=t["execution_duration"], trace_metadata=t["trace_metadata"],
                         tags=t["tags"]) for t in args["traces"]],
}
ids = {
    "runs": lambda r: r.info.run_id,
    "experiments": lambda e: e.experiment_id,
    "logged_models": lambda m: m.model_id,
    "registered_models": lambda m: m.name,
    "model_versions": lambda v: f"{v.name}/{v.version}",
    "traces": lambda t: t.trace_id,
}

# Each line is what the file store's search does with the entities it has read.
def find(kind, filter, order_by, datasets):
    if kind == "runs":
        return SearchUtils.sort(SearchUtils.filter(rows[kind], filter), order_by)
    if kind == "experiments":
        found = SearchExperimentsUtils.filter(rows[kind], filter)
        return SearchExperimentsUtils.sort(found, order_by or ["creation_time DESC", "experiment_id ASC"])
    if kind == "logged_models":
        return SearchLoggedModelsUtils.sort(
            SearchLoggedModelsUtils.filter_logged_models(rows[kind], filter, datasets), order_by)
    if kind == "registered_models":
        return SearchModelUtils.sort(SearchModelUtils.filter(rows[kind], add_prompt_filter_string(filter)), order_by)
    if kind == "model_versions":
        found = SearchModelVersionUtils.filter(rows[kind], add_prompt_filter_string(filter))
        return SearchModelVersionUtils.sort(
            found, order_by or ["last_updated_timestamp DESC", "name ASC", "version_number DESC"])
    return SearchTraceUtils.sort(SearchTraceUtils.filter(rows[kind], filter), order_by)

def answer(q):
    try:
        found = find(q["kind"], q["filter"], q["order_by"], q["datasets"])
        page, token = SearchUtils.paginate(found, q["page_token"], q["max_results"])
        return {"ids": [ids[q["kind"]](row) for row in page], "next_page_token": token and token.decode()}
    except MlflowException as e:
        return {"error": {"code": e.error_code, "message": e.message}}
    except Exception as e:
        return {"error": {"message": f"{type(e).__name__}: {e}"}}

builtins.ask = lambda queries: [answer(q) for q in queries]
`;
