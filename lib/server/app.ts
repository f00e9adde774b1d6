import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { MlrunsError, placedMessage } from "../errors.ts";
import type { Site } from "../site/context.ts";
import type { Trees } from "../site/roots.ts";
import { createApi } from "./api.ts";
import { createData } from "./data.ts";
import type { Feed } from "./events.ts";
import type { ApiOptions } from "./options.ts";
import { createRaw } from "./raw.ts";
import { createReport } from "./report.ts";
import { createViewerPage } from "./viewer-page.ts";

/** What an app answers with. */
export interface AppParts {
  readonly trees: Trees;
  readonly site: Site;
  readonly feed: Feed;
  /** Unguessable segment of the paths of artifacts. */
  readonly nonce: string;
  /** Path that everything lies below, as browsers ask for it; empty, or such as `/tracking`. */
  readonly prefix: string;
  readonly options: ApiOptions;
  /** HTML of the built viewer; undefined without one. */
  readonly page: string | undefined;
}

/** With a file that cannot be read. */
const BROKEN_HINT =
  "The page of the tree's health lists what cannot be read; `mlruns doctor` tells what can be mended.";

/** Everything that is answered from trees: the viewer's data files, artifact bytes, MLflow's REST API of the first tree. */
export function createApp({ trees, site, feed, nonce, prefix, options, page }: AppParts): Hono {
  const app = new Hono();
  if (page !== undefined) app.route("/", createViewerPage(site, page));
  app.route("/", createReport(trees, site.title));
  app.route("/", createData(site, feed));
  app.route("/", createRaw(site, nonce, prefix));
  const [first] = site.roots;
  if (first !== undefined) app.route("/", createApi(first.client, options));
  app.onError((error, c) => {
    if (error instanceof MlrunsError) {
      const { errorCode, httpStatus, path } = error;
      // What is broken in a tree is no failure of the server.
      const status = httpStatus === 500 ? 400 : httpStatus;
      const hint = error.hint ?? (path === undefined ? undefined : BROKEN_HINT);
      const body = { error_code: errorCode, message: placedMessage(error), ...(hint && { hint }) };
      return c.json(body, status as ContentfulStatusCode);
    }
    process.stderr.write(`${error.stack ?? error}\n`);
    return c.json(
      { error_code: "INTERNAL_ERROR", message: "Internal error, see the server's log" },
      500,
    );
  });
  return app;
}
