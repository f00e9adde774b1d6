import { parse } from "regexparam";
import { eagerPage, lazyPage, type PageSource } from "./components/page-source.ts";
import { ExperimentRuns } from "./pages/ExperimentRuns.tsx";
import type { Address } from "./state/url.ts";

interface Route {
  readonly pattern: RegExp;
  readonly keys: readonly string[];
  readonly source: PageSource;
}

/**
 * One line a page: MLflow's own routes, the first that fits wins. `:name` is a segment, `*` the rest.
 * A lazy page is a chunk of its own; the runs page is not, because it comes first.
 */
const ROUTES: readonly Route[] = [
  page(
    "/",
    lazyPage(async () => (await import("./pages/ExperimentList.tsx")).ExperimentList),
  ),
  page(
    "/compare-runs",
    lazyPage(async () => (await import("./pages/RunCompare.tsx")).RunCompare),
  ),
  page(
    "/views/:name",
    lazyPage(async () => (await import("./pages/SharedView.tsx")).SharedView),
  ),
  page(
    "/tree",
    lazyPage(async () => (await import("./pages/TreeHealth.tsx")).TreeHealth),
  ),
  page("/experiments/:ids", eagerPage(ExperimentRuns)),
  page("/experiments/:ids/runs", eagerPage(ExperimentRuns)),
  page(
    "/experiments/:id/runs/:run/*?",
    lazyPage(async () => (await import("./pages/RunDetail.tsx")).RunDetail),
  ),
  page(
    "/metric/:key",
    lazyPage(async () => (await import("./pages/MetricPage.tsx")).MetricPage),
  ),
  page(
    "/experiments/:id/models",
    lazyPage(async () => (await import("./pages/LoggedModelList.tsx")).LoggedModelList),
  ),
  page(
    "/experiments/:id/models/:modelId/*?",
    lazyPage(async () => (await import("./pages/LoggedModelDetail.tsx")).LoggedModelDetail),
  ),
  page(
    "/experiments/:id/traces",
    lazyPage(async () => (await import("./pages/TraceList.tsx")).TraceList),
  ),
  page(
    "/experiments/:id/traces/:traceId",
    lazyPage(async () => (await import("./pages/TraceDetail.tsx")).TraceDetail),
  ),
  page(
    "/models",
    lazyPage(async () => (await import("./pages/ModelList.tsx")).ModelList),
  ),
  // MLflow's `/models/:name/versions/:v`; one route, so that another version is the same page.
  page(
    "/models/:name/:versions?/:v?",
    lazyPage(async () => (await import("./pages/ModelDetail.tsx")).ModelDetail),
  ),
];

export interface Match {
  /** Parts of the address, unescaped; the rest is joined by `/` under the name `*`. */
  readonly params: Readonly<Record<string, string>>;
  readonly source: PageSource;
}

export function matchRoute({ path }: Address): Match | null {
  const text = `/${path.map(encodeURIComponent).join("/")}`;
  for (const { pattern, keys, source } of ROUTES) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const params = keys.flatMap((key, i) => {
      const part = found[i + 1];
      return part === undefined ? [] : [[key, decodeURIComponent(part)] as const];
    });
    return { params: Object.fromEntries(params), source };
  }
  return null;
}

function page(path: string, source: PageSource): Route {
  const { pattern, keys } = parse(path);
  return { pattern, keys, source };
}
