import { randomBytes } from "node:crypto";
import { getRequestListener } from "@hono/node-server";
import { version } from "../package-files.ts";
import type { Site } from "../site/context.ts";
import { KeptFiles } from "../site/kept-files.ts";
import { ownPath } from "../site/manifest.ts";
import { type Trees, toSite } from "../site/roots.ts";
import { WHOLE_TREE } from "../site/scope.ts";
import { createApp } from "./app.ts";
import { ChangeFeed, type Feed, joinFeeds } from "./events.ts";
import type { ApiOptions } from "./options.ts";

/** What is served below a path: the viewer with its data, and a tree's REST API. */
export interface Mount {
  /** Empty, or such as `/roots/team-b`. */
  readonly path: string;
  readonly answer: ReturnType<typeof getRequestListener>;
}

export interface MountOptions extends ApiOptions {
  readonly title?: string;
  /** What the viewer shows instead of the path of a root; its last folder by default. */
  readonly labelOf?: (root: string) => string;
  readonly staticPrefix?: string;
}

/**
 * Lays trees out over paths. All are shown together at the top, where the REST API is that of the first; of several, each
 * further one has its own pages and API below `/roots/<key>`, so that clients can log to it.
 *
 * @param prefix - path that the server lies below
 * @param page - HTML of the built viewer; undefined without one
 */
export function mountTrees(
  trees: Trees,
  options: MountOptions,
  prefix: string,
  page: string | undefined,
): { readonly mounts: readonly Mount[]; readonly site: Site; readonly close: () => void } {
  const nonce = randomBytes(12).toString("base64url");
  const kept = new KeptFiles();
  const site = liveSite(trees, options, `raw/${nonce}`, kept);
  const parts = site.roots.map((context) => ({ context, feed: new ChangeFeed(context.client) }));
  const mount = (path: string, of: Trees, shown: Site, feed: Feed): Mount => {
    const app = createApp({
      trees: of,
      site: shown,
      feed,
      nonce,
      prefix: prefix + path,
      options,
      page,
    });
    return { path, answer: getRequestListener(app.fetch) };
  };
  const [first] = parts;
  const top = mount("", trees, site, parts.length === 1 && first ? first.feed : joinFeeds(parts));
  const own = parts.slice(1).map(({ context, feed }) => {
    const alone = liveSite(context.client, options, `raw/${nonce}`, kept);
    return mount(`/${ownPath(context)}`.replace(/\/$/, ""), context.client, alone, feed);
  });
  return {
    mounts: [...own, top],
    site,
    close: () => {
      for (const { feed } of parts) feed.close();
    },
  };
}

function liveSite(trees: Trees, options: MountOptions, rawBase: string, kept: KeptFiles): Site {
  const labelOf = options.labelOf ?? (() => "mlruns");
  return toSite(
    trees,
    {
      mode: "live",
      readOnly: options.readOnly ?? false,
      title: options.title ?? "mlruns",
      version,
      rawBase,
      kept,
    },
    ({ client }) => ({
      label: labelOf(client.root),
      scope: WHOLE_TREE,
      isPublished: () => true,
    }),
    ({ root, error }) => ({ label: labelOf(root), problem: error.message }),
  );
}
