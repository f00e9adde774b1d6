import { Hono } from "hono";
import type { MlrunsClient } from "../client/client.ts";
import { MlrunsError } from "../errors.ts";
import { errorAnswer, textAnswer } from "./answer.ts";
import type { Api, Endpoint, Mount } from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints/table.ts";
import { Locations } from "./locations.ts";
import type { ApiOptions } from "./options.ts";
import { TraceIngest } from "./trace-ingest.ts";

const ROOTS: Readonly<Record<Mount, readonly string[]>> = {
  api: ["/api", "/ajax-api"],
  ajax: ["/ajax-api"],
  root: [""],
};

/** MLflow's REST API over a tree, to be mounted at the root of a server. Creates the tree when there is none. */
export function createApi(client: MlrunsClient, options: ApiOptions = {}): Hono {
  if (!options.readOnly) client.createTree(options.artifactsRoot);
  const api: Api = {
    client,
    options,
    locations: new Locations(client, options),
    ingest: new TraceIngest(client),
  };
  const app = new Hono();
  for (const endpoint of ENDPOINTS) {
    for (const path of pathsOf(endpoint)) {
      const refusal = refusalOf(endpoint, path, options);
      app.on(endpoint.method, path, async (context) => {
        if (refusal !== undefined) return textAnswer(refusal, 503);
        try {
          if (options.readOnly && !endpoint.isReading) throw readOnlyError();
          return await endpoint.answer(api, context);
        } catch (error) {
          return errorAnswer(error, client.root);
        }
      });
    }
  }
  for (const path of new Set(ENDPOINTS.flatMap(pathsOf))) {
    app.all(path, () => page(405, "Method Not Allowed"));
  }
  // Not JSON: clients take a JSON answer for the answer of an endpoint, and would not try an older one.
  for (const path of ["/api/*", "/ajax-api/*"]) app.all(path, () => page(404, "Not Found"));
  return app;
}

/** Every path that an endpoint answers at. */
export function pathsOf({ path, mount }: Endpoint): readonly string[] {
  return ROOTS[mount].map((root) => root + path);
}

/** Why an endpoint is turned off, in MLflow's words. */
function refusalOf(endpoint: Endpoint, path: string, options: ApiOptions): string | undefined {
  if (endpoint.isProxy && options.serveArtifacts === false) {
    return (
      `Endpoint: ${path} disabled due to the mlflow server running with \`--no-serve-artifacts\`. To enable artifacts ` +
      "server functionality, run `mlflow server` with `--serve-artifacts`"
    );
  }
  const isAlwaysOn =
    endpoint.isProxy || endpoint.path === "/health" || endpoint.path === "/version";
  if (options.artifactsOnly && !isAlwaysOn) {
    return (
      `Endpoint: ${path} disabled due to the mlflow server running in \`--artifacts-only\` mode. To enable tracking ` +
      "server functionality, run `mlflow server` without `--artifacts-only`"
    );
  }
  return undefined;
}

function readOnlyError(): MlrunsError {
  return new MlrunsError("PERMISSION_DENIED", "This server is read-only.", {
    hint: "Start it without --read-only to allow changes.",
  });
}

function page(status: number, title: string): Response {
  const html = `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n`;
  return new Response(html, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}
