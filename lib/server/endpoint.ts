import type { Context } from "hono";
import type * as v from "valibot";
import type { MlrunsClient } from "../client/client.ts";
import { jsonAnswer } from "./answer.ts";
import type { Locations } from "./locations.ts";
import type { ApiOptions } from "./options.ts";
import { type Fields, readFields, withRunId } from "./request.ts";
import { parseShape } from "./schema.ts";
import type { TraceIngest } from "./trace-ingest.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What endpoints work with. */
export interface Api {
  readonly client: MlrunsClient;
  readonly options: ApiOptions;
  /** Translates between where artifacts lie and what clients are told. */
  readonly locations: Locations;
  /** Takes the spans that come over OpenTelemetry's protocol. */
  readonly ingest: TraceIngest;
}

/**
 * Where an endpoint is found: `api` below `/api` and `/ajax-api`, `ajax` below `/ajax-api` alone, `root` without either.
 */
export type Mount = "api" | "ajax" | "root";

/** One row of the table of endpoints. */
export interface Endpoint {
  readonly method: Method;
  /** With hono's parameters, such as `/2.0/mlflow/logged-models/:model_id`. */
  readonly path: string;
  readonly mount: Mount;
  /** The artifact proxy, which `--no-serve-artifacts` turns off and `--artifacts-only` leaves. */
  readonly isProxy: boolean;
  /** Changes nothing: what a read-only server answers. */
  readonly isReading: boolean;
  /** For an endpoint that takes fields and answers JSON: the same without HTTP. @throws MlrunsError */
  readonly handle?: (api: Api, fields: Fields) => Promise<object>;
  /** @throws MlrunsError, which becomes the answer */
  readonly answer: (api: Api, context: Context) => Promise<Response>;
}

export interface EndpointPlace {
  readonly mount?: Mount;
  readonly isProxy?: boolean;
  /** For what reads though it is no GET, such as a search. */
  readonly isReading?: boolean;
}

/** An endpoint that takes fields and answers JSON. */
export function endpoint<Shape>(
  method: Method,
  path: string,
  schema: v.GenericSchema<unknown, Shape>,
  handle: (api: Api, request: Shape) => Promise<object>,
  place: EndpointPlace = {},
): Endpoint {
  const handleFields = async (api: Api, fields: Fields): Promise<object> =>
    handle(api, parseShape(schema, withRunId(fields)));
  return {
    ...rawEndpoint(
      method,
      path,
      async (api, context) =>
        jsonAnswer(await handleFields(api, await readFields(context, schema))),
      place,
    ),
    handle: handleFields,
  };
}

/** An endpoint that reads the request and makes the answer itself. */
export function rawEndpoint(
  method: Method,
  path: string,
  answer: Endpoint["answer"],
  { mount = "api", isProxy = false, isReading = method === "GET" }: EndpointPlace = {},
): Endpoint {
  return { method, path, mount, isProxy, isReading, answer };
}
