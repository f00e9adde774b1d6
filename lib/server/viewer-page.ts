import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import type { Site } from "../site/context.ts";
import { makeManifest } from "../site/manifest.ts";
import { DATA_PATH } from "../wire/data-paths.ts";
import { inPage } from "../wire/in-page.ts";
import { PAGE_POLICY } from "./guard.ts";

/** A page that waits longer for its manifest goes without it, and asks for it, ms. */
const PATIENCE_MS = 50;

/** Paths of the viewer's page. */
export const PAGE_PATHS: readonly string[] = ["/", "/index.html"];

/**
 * The viewer's page with its manifest in it.
 *
 * @param html - of the built page
 */
export function createViewerPage(site: Site, html: string): Hono {
  const app = new Hono();
  app.on("GET", [...PAGE_PATHS], async (c) => {
    const manifest = await Promise.race([
      makeManifest(site).catch(() => undefined),
      sleep(PATIENCE_MS, undefined, { ref: false }),
    ]);
    const element = manifest && inPage(DATA_PATH.manifest, JSON.stringify(manifest));
    // A function: names may hold what `replace` takes for a pattern.
    const page = element ? html.replace("</head>", () => `${element}</head>`) : html;
    return c.html(page, 200, {
      "Content-Security-Policy": PAGE_POLICY,
      "Cache-Control": "no-cache",
    });
  });
  return app;
}
