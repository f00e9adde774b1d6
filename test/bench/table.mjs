/**
 * One line a suite. Each exports `run()`, which resolves to rows.
 *
 * @type {Readonly<Record<string, () => Promise<{ run: () => Promise<import("./measure.mjs").Row[]> }>>>}
 */
export const SUITES = {
  start: () => import("./start.mjs"),
  log: () => import("./log.mjs"),
  history: () => import("./history.mjs"),
  plan: () => import("./plan.mjs"),
  open: () => import("./open.mjs"),
  search: () => import("./search.mjs"),
  viewer: () => import("./viewer.mjs"),
  memory: () => import("./memory.mjs"),
  server: () => import("./server.mjs"),
  artifacts: () => import("./artifacts.mjs"),
  exchange: () => import("./exchange.mjs"),
};
