import {
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
} from "graphql";
import type { Api, Method } from "../endpoint.ts";
import { camelToSnake } from "../schema.ts";

/** Asks an endpoint of the REST API. */
export type Ask = (method: Method, path: string, fields: object) => Promise<Answer>;

/** A JSON object of a REST answer. Functions among its fields are asked for their value. */
type Answer = Readonly<Record<string, unknown>>;

interface Arguments {
  readonly input?: Readonly<Record<string, unknown>> | null;
  readonly inputString?: string | null;
}

const BASE = "/2.0/mlflow";

/** What is answered for the fields of queries and mutations: each is one request to the REST API. */
export function rootFields(ask: Ask): Answer {
  const request =
    (method: Method, path: string) =>
    ({ input }: Arguments): Promise<Answer> =>
      ask(method, `${BASE}/${path}`, fieldsOf(input ?? {}));
  return {
    mlflowGetExperiment: request("GET", "experiments/get"),
    mlflowGetMetricHistoryBulkInterval: request("GET", "metrics/get-history-bulk-interval"),
    mlflowListArtifacts: request("GET", "artifacts/list"),
    mlflowSearchModelVersions: request("GET", "model-versions/search"),
    mlflowSearchDatasets: request("POST", "experiments/search-datasets"),
    mlflowGetRun: async (given: Arguments) => {
      const { run } = await request("GET", "runs/get")(given);
      return { run: withLinks(run as Answer, ask) };
    },
    mlflowSearchRuns: async (given: Arguments) => {
      const { runs = [], ...rest } = await request("POST", "runs/search")(given);
      return { ...rest, runs: (runs as Answer[]).map((run) => withLinks(run, ask)) };
    },
    test: ({ inputString }: Arguments) => ({ output: inputString }),
    // MLflow's is never reached, because its resolver has another name.
    testMutation: () => null,
  };
}

/** A field of a REST answer; what is not set has protobuf's default, as in MLflow. */
export const resolveField: GraphQLFieldResolver<Answer, Api> = (source, given, _api, info) => {
  const value = source[info.fieldName] ?? source[camelToSnake(info.fieldName)];
  if (typeof value === "function") return value(given);
  // A Float of GraphQL cannot be NaN.
  if (value === "NaN" && getNamedType(info.returnType).name === "Float") return null;
  return value === undefined ? unset(info.returnType) : value;
};

function withLinks(run: Answer, ask: Ask): Answer {
  const { experiment_id: experimentId, run_id: runId } = run.info as Answer;
  return {
    ...run,
    experiment: async () => {
      const answer = await ask("GET", `${BASE}/experiments/get`, { experiment_id: experimentId });
      return answer.experiment;
    },
    modelVersions: async () => {
      const filter = `run_id='${runId}'`;
      const answer = await ask("GET", `${BASE}/model-versions/search`, { filter });
      return answer.model_versions ?? [];
    },
  };
}

function fieldsOf(input: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [camelToSnake(name), value]),
  );
}

function unset(type: GraphQLOutputType): unknown {
  if (isListType(getNullableType(type))) return [];
  const named = getNamedType(type);
  if (isObjectType(named)) return named.name === "ApiError" ? null : {};
  return UNSET[named.name] ?? null;
}

const UNSET: Readonly<Record<string, unknown>> = {
  String: "",
  LongString: 0,
  Float: 0,
  Boolean: false,
};
