import type { SyncReport } from "../artifacts/sync/sync.ts";

/** What was done in all, told as one; places, failures and the time are the caller's. */
export function sumReports(
  reports: readonly SyncReport[],
): Pick<
  SyncReport,
  "copied" | "deleted" | "requests" | "unchanged" | "extra" | "left" | "retries" | "interrupted"
> {
  const sum = (count: (report: SyncReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  return {
    copied: { files: sum((each) => each.copied.files), bytes: sum((each) => each.copied.bytes) },
    deleted: sum(({ deleted }) => deleted),
    ...(reports.some(({ requests }) => requests !== undefined) && {
      requests: sum(({ requests = 0 }) => requests),
    }),
    unchanged: {
      files: sum(({ unchanged }) => unchanged.files),
      bytes: sum(({ unchanged }) => unchanged.bytes),
    },
    extra: sum(({ extra }) => extra),
    left: sum(({ left }) => left),
    retries: sum(({ retries }) => retries),
    interrupted: reports.some(({ interrupted }) => interrupted),
  };
}
