import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repoRoot } from "./paths.ts";
import { exitOf } from "./processes.ts";
import { cliPath } from "./servers.ts";
import { makeTempFolder } from "./tree.ts";

const KILL_AT = pathToFileURL(join(repoRoot, "test", "helpers", "kill-at.mjs")).href;

/** How often commands are killed: few times in CI, `MLRUNS_TEST_KILLS=20` by hand. */
export const KILLS: number = Number(process.env.MLRUNS_TEST_KILLS ?? 3);

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

/** Runs the built CLI to its end. @returns how many steps it took: changes on the disk, requests and answers */
export async function countSteps(args: readonly string[]): Promise<number> {
  const file = join(await makeTempFolder(), "steps");
  const env = { NODE_OPTIONS: `--import=${KILL_AT}`, KILL_COUNT: file };
  await mustRun(args, env);
  return Number(await readFile(file, "utf8"));
}

/** Starts the built CLI, which is killed before that step. @returns whether it came as far */
export async function killAt(args: readonly string[], step: number): Promise<boolean> {
  const env = { NODE_OPTIONS: `--import=${KILL_AT}`, KILL_AT: String(step) };
  return (await runCli(args, { env })).exit === "SIGKILL";
}

/** Runs the built CLI to its end. @throws Error with what it printed when it fails */
export async function mustRun(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const { exit, stderr } = await runCli(args, { env });
  if (exit !== "0") throw new Error(`mlruns ${args.join(" ")} ended with ${exit}:\n${stderr}`);
}

/**
 * Kills a command at random steps, each time over a fresh state, and runs it again.
 *
 * @param prepare - makes a fresh state, and tells the command for it
 * @param result - what the state is in the end
 * @returns the result without a kill, and those with one
 */
export async function killRepeatedly<State>(
  times: number,
  random: () => number,
  prepare: () => Promise<{ readonly state: State; readonly args: readonly string[] }>,
  result: (state: State) => Promise<unknown>,
): Promise<{ readonly expected: unknown; readonly results: unknown[] }> {
  const whole = await prepare();
  const steps = await countSteps(whole.args);
  const expected = await result(whole.state);
  const results: unknown[] = [];
  let killed = 0;
  for (let i = 0; i < times; i++) {
    const { state, args } = await prepare();
    if (await killAt(args, 1 + Math.floor(steps * random()))) killed += 1;
    await mustRun(args);
    results.push(await result(state));
  }
  if (killed === 0) throw new Error("No process was met at work: the test proves nothing");
  return { expected, results };
}
