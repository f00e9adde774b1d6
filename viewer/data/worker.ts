import { isEmbedded } from "./embedded.ts";
import workerUrl from "./parse-worker.ts?worker&url";

export interface ParseJob {
  readonly kind: "runs" | "text" | "binary";
  readonly bytes: ArrayBuffer;
}

export interface ParseAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** The page's policy lets only a policy of this name turn text into a script's address. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

const waiting = new Map<
  number,
  { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }
>();
let worker: Worker | null = null;
let lastId = 0;

/** Parses in a worker, so that a large file does not stop the page. `bytes` are handed over. */
export async function parseInWorker<Result>(job: ParseJob): Promise<Result> {
  // A report has no file that a worker could start from.
  if (isEmbedded()) return (await import("./parse.ts")).parse(job).result as Result;
  worker ??= startWorker();
  const id = ++lastId;
  const started = worker;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
    started.postMessage({ id, ...job }, [job.bytes]);
  });
}

function startWorker(): Worker {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy("mlruns-worker", { createScriptURL: (url) => url });
  const started = new Worker(policy?.createScriptURL(workerUrl) ?? workerUrl, { type: "module" });
  started.addEventListener("message", ({ data }: MessageEvent<ParseAnswer>) => {
    const job = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) job?.resolve(data.result);
    else job?.reject(new Error(data.error));
  });
  started.addEventListener("error", () => {
    worker = null;
    for (const job of waiting.values()) job.reject(new Error("The parsing worker stopped"));
    waiting.clear();
  });
  return started;
}
