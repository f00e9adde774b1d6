/**
 * One line a suite. Each exports `run()`, which resolves to rows.
 *
 * @type {Readonly<Record<string, () => Promise<{ run: () => Promise<import("./measure.mjs").Row[]> }>>>}
 */
export const SUITES = {
  artifacts: () => import("./artifacts.mjs"),
  log: () => import("./log.mjs"),
  open: () => import("./open.mjs"),
  search: () => import("./search.mjs"),
};
