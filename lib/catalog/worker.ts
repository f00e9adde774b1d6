/** A thread that does jobs of the catalog, one at a time. */
import { parentPort } from "node:worker_threads";
import { doJob, type Job } from "./jobs.ts";

parentPort?.on("message", (job: Job) => {
  const answer = doJob(job);
  parentPort?.postMessage(answer, "rows" in answer ? [answer.rows.buffer as ArrayBuffer] : []);
});
