/**
 * One line a suite. Each exports `run()`, which resolves to rows.
 *
 * @type {Readonly<Record<string, () => Promise<{ run: () => Promise<import("./measure.mjs").Row[]> }>>>}
 */
export const SUITES = {
  log: () => import("./log.mjs"),
  open: () => import("./open.mjs"),
  search: () => import("./search.mjs"),
};
