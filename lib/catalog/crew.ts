import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { catalogThread } from "../package-files.ts";
import { toMessage } from "./check-job.ts";
import type { Answer, Job } from "./jobs.ts";

/** Readers wait for the disk as much as they work, but a thread has its price. */
const MOST_THREADS = 7;
/** A helper has its next job before it has answered: the main thread may be deep in one of its own then. */
const JOBS_AHEAD = 2;
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
  readonly #helpers: Helper[] = [];
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
    const turns = helpers.flatMap((helper) => Array<Helper>(JOBS_AHEAD).fill(helper));
    const helping = turns.map(async (helper) => {
      for (let { value: task } = tasks.next(); task !== undefined; task = tasks.next().value) {
        const answer = await helper.ask(task.job);
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

  #start(wanted: number): readonly Helper[] {
    clearTimeout(this.#idle);
    // Node cannot run the source of a thread before it is built; then everything is done in this one.
    if (!existsSync(catalogThread)) return [];
    const count = Math.min(wanted, availableParallelism() - 1);
    while (this.#helpers.length < count) {
      const helper: Helper = new Helper(() => this.#forget(helper));
      this.#helpers.push(helper);
    }
    return this.#helpers.slice(0, count);
  }

  #forget(helper: Helper): void {
    const at = this.#helpers.indexOf(helper);
    if (at >= 0) this.#helpers.splice(at, 1);
  }

  #endLater(): void {
    clearTimeout(this.#idle);
    if (this.#helpers.length === 0) return;
    this.#idle = setTimeout(() => {
      for (const helper of this.#helpers) helper.end();
    }, IDLE_MS);
    this.#idle.unref();
  }
}

/** A thread that answers jobs one after the other. */
class Helper {
  readonly #thread = new Worker(catalogThread, { stderr: true });
  /** Who waits, in the order in which answers come. */
  readonly #waiting: ((answer: unknown) => void)[] = [];
  #hasEnded = false;

  constructor(onEnd: () => void) {
    const end = (): void => {
      this.#hasEnded = true;
      for (const take of this.#waiting.splice(0)) take(undefined);
      onEnd();
    };
    this.#thread.unref();
    this.#thread.on("error", end);
    this.#thread.on("exit", end);
    this.#thread.on("message", (answer) => {
      this.#waiting.shift()?.(answer);
      if (this.#waiting.length === 0) this.#thread.unref();
    });
  }

  /** @returns undefined when the thread has ended */
  ask(job: Job): Promise<unknown> {
    return new Promise((resolve) => {
      if (this.#hasEnded) return resolve(undefined);
      this.#waiting.push(resolve);
      this.#thread.ref();
      this.#thread.postMessage(job.kind === "check" ? toMessage(job) : job);
    });
  }

  end(): void {
    void this.#thread.terminate();
  }
}
