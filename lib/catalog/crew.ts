import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { catalogThread } from "../package-files.ts";
import { toMessage } from "./check-job.ts";
import { usage, waitsForDisk } from "./disk-wait.ts";
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
  /** Whether helpers only come when the main thread waits for the disk. */
  readonly isAloneAtFirst?: boolean;
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
    { isMuch, most, inBackground, isAloneAtFirst = false }: WorkOptions,
    local: (task: Task) => void,
    done: (task: Task, answer: Answer<Task["job"]>) => void,
  ): Promise<void> {
    const mostHelpers = isMuch ? Math.min(Math.floor(most), MOST_THREADS) : 0;
    const before = usage();
    const helping: Promise<void>[] = [];
    let helpers: readonly Helper[] = [];
    const engage = (count: number): void => {
      const there = helpers.length;
      helpers = this.#start(count);
      for (const helper of helpers.slice(there))
        for (let turn = 0; turn < JOBS_AHEAD; turn++) helping.push(help(helper));
    };
    const help = async (helper: Helper): Promise<void> => {
      for (let { value: task } = tasks.next(); task !== undefined; task = tasks.next().value) {
        const answer = await helper.ask(task.job);
        // A thread that could not start, or died: its task is done here.
        if (answer === undefined) return local(task);
        done(task, answer as Answer<Task["job"]>);
        engageMore();
      }
    };
    const engageMore = (): void => {
      if (helpers.length < mostHelpers && waitsForDisk(before, usage(), helpers.length + 1))
        engage(mostHelpers);
    };
    if (!isAloneAtFirst) engage(Math.min(mostHelpers, availableParallelism() - 1));
    // In the background, and beside many helpers, the main thread only does what none of them is left to do.
    if (inBackground) for (const each of helping) await each;
    for (let { value: task } = tasks.next(); task !== undefined; task = tasks.next().value) {
      local(task);
      if (isMuch) await setImmediate();
      if (isAloneAtFirst) engageMore();
      if (helpers.length === MOST_THREADS) for (const each of helping) await each;
    }
    for (const each of helping) await each;
    this.#endLater();
  }

  #start(count: number): readonly Helper[] {
    clearTimeout(this.#idle);
    // Node cannot run the source of a thread before it is built; then everything is done in this one.
    if (count === 0 || !existsSync(catalogThread)) return [];
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
  // Options of the process may be none for a thread: with `--input-type=module --eval` it would not start.
  readonly #thread = new Worker(catalogThread, { stderr: true, execArgv: [] });
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
