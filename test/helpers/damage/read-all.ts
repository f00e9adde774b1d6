/**
 * Python that reads a whole tree as a user of MLflow would, and prints the errors, or a missing experiment or run.
 * Its arguments are the root and an experiment.
 */
export const READ_ALL: string = `
import logging, os
from mlflow import MlflowClient
from mlflow.entities import ViewType
logging.getLogger("mlflow").setLevel(logging.CRITICAL)
root, experiment = args
os.chdir(os.path.dirname(root))
client = MlflowClient(root)

def check(read):
    try:
        read()
    except Exception as error:
        print(type(error).__name__, error)

def every_run(experiment):
    found = {run.info.run_id for run in client.search_runs([experiment], "", ViewType.ALL)}
    names = [name for name in os.listdir(os.path.join(root, experiment))
             if os.path.isfile(os.path.join(root, experiment, name, "meta.yaml"))]
    for name in names:
        if name not in found:
            print("not listed", name)
        client.get_run(name)
        client.list_artifacts(name)

def every_experiment():
    found = {experiment.experiment_id for experiment in client.search_experiments(ViewType.ALL)}
    for name in os.listdir(root):
        if name not in found and name not in (".trash", "models"):
            print("not listed", name)

def every_trace():
    for info in client._tracking_client.store.search_traces([experiment])[0]:
        client.get_trace(info.trace_id)

check(every_experiment)
if os.path.isdir(os.path.join(root, experiment)):
    check(lambda: every_run(experiment))
    check(lambda: client.search_logged_models([experiment]))
    check(every_trace)
check(client.search_registered_models)
check(client.search_model_versions)
`;
