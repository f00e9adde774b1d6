/** A thread that does jobs of the catalog, one at a time. */
import { parentPort } from "node:worker_threads";
import { check } from "./check-job.ts";
import type { Job } from "./jobs.ts";

parentPort?.on("message", async (job: Job) => {
  if (job.kind === "check") return parentPort?.postMessage(check(job));
  // Checking is most of what threads do, and needs little code: the thread is at work in half the time.
  const { readRuns, sketchRuns } = await import("./read-job.ts");
  const answer = job.kind === "sketch" ? sketchRuns(job) : readRuns(job);
  parentPort?.postMessage(answer, [answer.rows.buffer as ArrayBuffer]);
});
