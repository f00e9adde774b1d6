import { once } from "node:events";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { catalogThread } from "../package-files.ts";
import { toMessage } from "./check-job.ts";
import type { Answer, Job } from "./jobs.ts";

/** Readers wait for the disk as much as they work, but a thread has its price. */
const MOST_THREADS = 7;
/** Threads that have had nothing to do for so long are ended, ms. */
const IDLE_MS = 5_000;

interface WorkOptions {
  /** Whether helpers are worth their start. */
  readonly isMuch: boolean;
  /** Helpers at most. */
  readonly most: number;
  /** Leaves the main thread to others as far as it can. */
  readonly inBackground: boolean;
}

/** The main thread and some helpers, which take jobs from a list until it is empty. */
export class Crew {
  readonly #threads: Worker[] = [];
  #idle: NodeJS.Timeout | undefined;

  /**
   * Does jobs, in any order. The main thread works, too, but lets other things happen between two jobs.
   *
   * @param tasks - made one by one, when somebody is free to do them
   * @param local - does a job in the main thread
   * @param done - takes what a helper has answered
   */
  async work<Task extends { readonly job: Job }>(
    tasks: Iterator<Task>,
    { isMuch, most, inBackground }: WorkOptions,
    local: (task: Task) => void,
    done: (task: Task, answer: Answer<Task["job"]>) => void,
  ): Promise<void> {
    const helpers = isMuch ? this.#start(Math.min(Math.floor(most), MOST_THREADS)) : [];
    const helping = helpers.map(async (thread) => {
      for (let { value: task } = tasks.next(); task !== undefined; task = tasks.next().value) {
        const answer = await ask(thread, task.job);
        // A thread that could not start, or died: its task is done here.
        if (answer === undefined) return local(task);
        done(task, answer as Answer<Task["job"]>);
      }
    });
    // In the background the main thread only does what no helper is left to do.
    if (inBackground) await Promise.all(helping);
    for (let { value: task } = tasks.next(); task !== undefined; task = tasks.next().value) {
      local(task);
      if (isMuch) await setImmediate();
    }
    await Promise.all(helping);
    this.#endLater();
  }

  #start(wanted: number): readonly Worker[] {
    clearTimeout(this.#idle);
    // Node cannot run the source of a thread before it is built; then everything is done in this one.
    if (!existsSync(catalogThread)) return [];
    const count = Math.min(wanted, availableParallelism() - 1);
    while (this.#threads.length < count) {
      const thread = new Worker(catalogThread, { stderr: true });
      thread.unref();
      thread.on("error", () => this.#forget(thread));
      thread.on("exit", () => this.#forget(thread));
      this.#threads.push(thread);
    }
    return this.#threads.slice(0, count);
  }

  #forget(thread: Worker): void {
    const at = this.#threads.indexOf(thread);
    if (at >= 0) this.#threads.splice(at, 1);
  }

  #endLater(): void {
    clearTimeout(this.#idle);
    if (this.#threads.length === 0) return;
    this.#idle = setTimeout(() => {
      for (const thread of this.#threads) void thread.terminate();
    }, IDLE_MS);
    this.#idle.unref();
  }
}

/** @returns undefined when the thread has ended */
async function ask(thread: Worker, job: Job): Promise<unknown> {
  const end = new AbortController();
  thread.ref();
  thread.postMessage(job.kind === "check" ? toMessage(job) : job);
  try {
    const ended = once(thread, "exit", { signal: end.signal }).then(() => undefined);
    const answered = once(thread, "message", { signal: end.signal }).then(([answer]) => answer);
    return await Promise.race([answered, ended.catch(() => undefined)]);
  } catch {
    return undefined;
  } finally {
    end.abort();
    thread.unref();
  }
}
