import type { Context } from "hono";
import type * as v from "valibot";
import type { MlrunsClient } from "../client/client.ts";
import { jsonAnswer } from "./answer.ts";
import type { Locations } from "./locations.ts";
import type { ApiOptions } from "./options.ts";
import { readFields } from "./request.ts";
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
export function endpoint<Fields>(
  method: Method,
  path: string,
  schema: v.GenericSchema<unknown, Fields>,
  handle: (api: Api, request: Fields) => Promise<object>,
  place: EndpointPlace = {},
): Endpoint {
  return rawEndpoint(
    method,
    path,
    async (api, context) => {
      const request = parseShape(schema, await readFields(context, schema));
      return jsonAnswer(await handle(api, request));
    },
    place,
  );
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
