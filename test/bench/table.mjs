/** One line a suite. Each exports `run()`, which resolves to rows. */
export const SUITES = {
  log: () => import("./log.mjs"),
  open: () => import("./open.mjs"),
};
