import type { RunStatus } from "../entities/run.ts";

/** What the guard needs of a client. */
interface Ender {
  /** Ends a run at once: the process is about to exit. */
  endNow(runId: string, status: RunStatus): void;
}

interface Watched {
  readonly client: Ender;
  readonly endedAt: number | undefined;
}

/** An error that leaves an `await using` block is uncaught within moments, or somebody has caught it. */
const ERROR_TRAVEL_MS = 1_000;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const watched = new Map<string, Watched>();
let isListening = false;

/**
 * Makes sure that a run gets its last status when the process ends before `end()`. With `"ended"`, the run is FINISHED
 * by a block of `await using` and becomes FAILED if an error turns out to be uncaught right away.
 */
export function watchRun(client: Ender, runId: string, state: "active" | "ended" = "active"): void {
  watched.set(runId, { client, endedAt: state === "ended" ? Date.now() : undefined });
  if (isListening) return;
  isListening = true;
  process.on("uncaughtExceptionMonitor", () => endAll("FAILED", true));
  process.on("exit", (code) => endAll(code === 0 ? "FINISHED" : "FAILED", false));
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

export function forgetRun(runId: string): void {
  watched.delete(runId);
}

function onSignal(signal: NodeJS.Signals): void {
  endAll("KILLED", false);
  // Other listeners decide themselves whether the process goes on; without one it would have died.
  if (process.listenerCount(signal) > 1) return;
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}

function endAll(status: RunStatus, isError: boolean): void {
  for (const [runId, { client, endedAt }] of [...watched]) {
    const isActive = endedAt === undefined;
    const hasJustEnded = isError && !isActive && Date.now() - endedAt < ERROR_TRAVEL_MS;
    watched.delete(runId);
    if (!isActive && !hasJustEnded) continue;
    try {
      client.endNow(runId, status);
    } catch (error) {
      process.stderr.write(
        `mlruns: run ${runId} could not be marked ${status}: ${String(error)}\n`,
      );
    }
  }
}
