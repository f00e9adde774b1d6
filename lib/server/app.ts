import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { MlrunsError } from "../errors.ts";
import type { SiteContext } from "../site/context.ts";
import { createData } from "./data.ts";
import type { ChangeFeed } from "./events.ts";
import { createRaw } from "./raw.ts";

/** Everything that is answered from the tree: health, data files, artifact bytes. */
export function createApp(context: SiteContext, feed: ChangeFeed, nonce: string): Hono {
  const app = new Hono();
  app.get("/health", (c) => c.text("OK"));
  app.get("/version", (c) => c.text(context.version));
  app.route("/", createData(context, feed));
  app.route("/", createRaw(context.client, nonce));
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
