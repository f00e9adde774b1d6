import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  parse,
  validate,
} from "graphql";
import { invalidParameter } from "../../errors.ts";
import type { Api } from "../endpoint.ts";
import { checkCost } from "./limits.ts";
import { type Ask, resolveField, rootFields } from "./resolve.ts";
import { SCHEMA } from "./schema.ts";

/** A request over GraphQL. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** MLflow's answer: of errors only their texts. */
export interface GraphqlAnswer {
  readonly data: unknown;
  readonly errors: readonly string[] | null;
}

let schema: GraphQLSchema | undefined;

/**
 * Answers a query as MLflow's `/graphql` does: what a query asks wrongly is among the errors of an answer with status 200.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the query is no GraphQL, where MLflow answers 500
 */
export async function answerGraphql(
  api: Api,
  ask: Ask,
  request: GraphqlRequest,
): Promise<GraphqlAnswer> {
  const { data = null, errors = [] } = await run(api, ask, request, parseQuery(request.query));
  return { data, errors: errors.length === 0 ? null : errors.map(({ message }) => message) };
}

async function run(
  api: Api,
  ask: Ask,
  request: GraphqlRequest,
  query: DocumentNode,
): Promise<ExecutionResult> {
  schema ??= makeSchema();
  try {
    checkCost(query);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
  const errors = validate(schema, query);
  if (errors.length > 0) return { errors };
  return execute({
    schema,
    document: query,
    rootValue: rootFields(ask),
    contextValue: api,
    variableValues: request.variables,
    operationName: request.operationName,
    fieldResolver: resolveField,
  });
}

function parseQuery(query: string): DocumentNode {
  try {
    return parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) throw invalidParameter(error.message, { cause: error });
    throw error;
  }
}

function makeSchema(): GraphQLSchema {
  const made = buildSchema(SCHEMA);
  const longString = made.getType("LongString");
  if (longString instanceof GraphQLScalarType) {
    longString.serialize = String;
    longString.parseLiteral = (node) => (node.kind === Kind.INT ? Number(node.value) : null);
  }
  return made;
}
