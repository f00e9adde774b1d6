import { Hono } from "hono";
import { invalidParameter } from "../errors.ts";
import type { Trees } from "../site/roots.ts";
import { REPORT_PATH } from "../wire/data-paths.ts";

/** A comparison, or a run, as one HTML file to be sent on: what `mlruns site --single` writes, made when it is asked for. */
export function createReport(trees: Trees, title: string): Hono {
  const report = new Hono();
  report.get(`/${REPORT_PATH}`, async (c) => {
    const runIds = new Set((c.req.query("runs") ?? "").split(",").filter((id) => id !== ""));
    // Few ask for one: what makes it is loaded then.
    const { MOST_COMPARED, makeSingle } = await import("../site/single.ts");
    if (runIds.size === 0 || runIds.size > MOST_COMPARED) {
      throw invalidParameter(`Name 1 to ${MOST_COMPARED} runs, not ${runIds.size}.`);
    }
    const { bytes } = await makeSingle(trees, { runIds, title });
    return c.body(new Uint8Array(bytes), 200, {
      "Content-Type": "text/html; charset=utf-8",
      // It has scripts of its own, which are no part of this page.
      "Content-Disposition": 'attachment; filename="report.html"',
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
    });
  });
  return report;
}
