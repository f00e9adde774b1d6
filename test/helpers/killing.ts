import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { exitOf } from "./processes.ts";
import { cliPath } from "./servers.ts";

/** Runs the built CLI to its end. @returns its output and exit code or signal */
export async function runCli(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<{ stdout: string; stderr: string; exit: string }> {
  const child = spawn(process.execPath, [cliPath, ...args], {
    ...options,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exit = await exitOf(child);
  return { stdout, stderr, exit };
}

/** Starts the built CLI and kills it after that time. @returns whether it was still at work */
export async function runAndKill(args: readonly string[], afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [cliPath, ...args], { stdio: "ignore" });
  const ended = exitOf(child);
  const timer = sleep(afterMs);
  await Promise.race([timer, ended]);
  child.kill("SIGKILL");
  return (await ended) === "SIGKILL";
}

/**
 * Kills a command at random moments, each time over a fresh state, and runs it again.
 *
 * @param prepare - makes a fresh state, and tells the command for it
 * @param result - what the state is in the end
 * @returns how many were killed at work, and the results that differ from one without a kill
 */
export async function killRepeatedly<State>(
  times: number,
  random: () => number,
  prepare: () => Promise<{ readonly state: State; readonly args: readonly string[] }>,
  result: (state: State) => Promise<unknown>,
): Promise<{ readonly killed: number; readonly expected: unknown; readonly results: unknown[] }> {
  const whole = await prepare();
  const before = Date.now();
  await mustRun(whole.args);
  const tookMs = Date.now() - before;
  const expected = await result(whole.state);
  const results: unknown[] = [];
  let killed = 0;
  for (let i = 0; i < times; i++) {
    const { state, args } = await prepare();
    if (await runAndKill(args, tookMs * (0.2 + 0.8 * random()))) killed += 1;
    await mustRun(args);
    results.push(await result(state));
  }
  return { killed, expected, results };
}

async function mustRun(args: readonly string[]): Promise<void> {
  const { exit, stderr } = await runCli(args);
  if (exit !== "0") throw new Error(`mlruns ${args.join(" ")} ended with ${exit}:\n${stderr}`);
}
