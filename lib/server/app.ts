import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { MlrunsError } from "../errors.ts";
import type { SiteContext } from "../site/context.ts";
import { createApi } from "./api.ts";
import { createData } from "./data.ts";
import type { ChangeFeed } from "./events.ts";
import type { ApiOptions } from "./options.ts";
import { createRaw } from "./raw.ts";

/** Everything that is answered from the tree: the viewer's data files, artifact bytes, MLflow's REST API. */
export function createApp(
  context: SiteContext,
  feed: ChangeFeed,
  nonce: string,
  options: ApiOptions,
): Hono {
  const app = new Hono();
  app.route("/", createData(context, feed));
  app.route("/", createRaw(context.client, nonce));
  app.route("/", createApi(context.client, options));
  app.onError((error, c) => {
    if (error instanceof MlrunsError) {
      const body = {
        error_code: error.errorCode,
        message: error.message,
        ...(error.hint && { hint: error.hint }),
      };
      return c.json(body, error.httpStatus as ContentfulStatusCode);
    }
    process.stderr.write(`${error.stack ?? error}\n`);
    return c.json(
      { error_code: "INTERNAL_ERROR", message: "Internal error, see the server's log" },
      500,
    );
  });
  return app;
}
