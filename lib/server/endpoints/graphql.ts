import * as v from "valibot";
import type { Api, Endpoint, Method } from "../endpoint.ts";
import { endpoint } from "../endpoint.ts";
import { anything, required, text } from "../schema.ts";

/**
 * MLflow's GraphQL, over the endpoints that it shares its answers with.
 *
 * @param endpoints - the table, less this one
 */
export function graphqlEndpoints(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const shape = v.object({
    query: required,
    variables: v.optional(v.record(v.string(), anything)),
    operationName: v.optional(text),
  });
  const askOf = (api: Api) => async (method: Method, path: string, fields: object) => {
    const asked = endpoints.find((one) => one.method === method && one.path === path);
    return { ...(await asked?.handle?.(api, { ...fields })) };
  };
  return (["POST", "GET"] as const).map((method) =>
    endpoint(
      method,
      "/graphql",
      shape,
      async (api, request) => {
        // Its package takes a while to load, and only MLflow's own pages ask.
        const { answerGraphql } = await import("../graphql/answer.ts");
        return answerGraphql(api, askOf(api), request);
      },
      { mount: "root", isReading: true },
    ),
  );
}
