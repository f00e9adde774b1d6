import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensureMlflow, MLFLOW_VERSIONS } from "../../.ci/ensure.mjs";
import { afterUse } from "./cleanup.ts";
import { exitOf } from "./processes.ts";
import { makeTempFolder } from "./tree.ts";

export type MlflowVersion = (typeof MLFLOW_VERSIONS)[number];

export interface PythonOptions {
  /** Default 3.17.2. */
  readonly mlflow?: MlflowVersion;
  /** `sys.argv[1:]` of the script. */
  readonly args?: readonly string[];
  /** Standard input. */
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default one minute. */
  readonly timeoutMs?: number;
}

// At import, not in a test: making an environment takes minutes, and no test timeout counts here.
const pythons = new Map<MlflowVersion, string>();
for (const version of MLFLOW_VERSIONS) pythons.set(version, await ensureMlflow(version));

/** The Python interpreter that has this release of MLflow. */
export function pythonPath(version: MlflowVersion = "3.17.2"): string {
  const python = pythons.get(version);
  if (python === undefined) throw new Error(`No Python environment for MLflow ${version}`);
  return python;
}

/** The surroundings of a Python that speaks with MLflow: none of the caller's settings, no telemetry, file store allowed. */
export function pythonEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(MLFLOW_|PYTHON)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    MLFLOW_ALLOW_FILE_STORE: "true",
    MLFLOW_DISABLE_TELEMETRY: "true",
    DO_NOT_TRACK: "true",
    GIT_PYTHON_REFRESH: "quiet",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
    PYTHONUTF8: "1",
    ...extra,
  };
}

/**
 * Runs the text of a Python script beside real MLflow.
 *
 * @returns its standard output
 * @throws Error with the script's standard error when it fails or takes too long
 */
export async function runPython(script: string, options: PythonOptions = {}): Promise<string> {
  const file = join(await makeTempFolder(), "script.py");
  await writeFile(file, script);
  const child = spawn(pythonPath(options.mlflow), [file, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: pythonEnvironment(options.env),
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  // A script that ends before it has read all closes the pipe: its exit code tells what happened.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const [stdout, stderr, exit] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    exitOf(child),
  ]);
  if (exit !== "0") throw new Error(`Python ended with ${exit}:\n${stderr}`);
  return stdout;
}

/** A Python process that stays: importing MLflow takes seconds, so tests with many small scripts share one. */
export interface PythonSession {
  /**
   * Runs a script in a fresh namespace, where `args` is the second argument (sent as JSON).
   *
   * @returns what it printed
   * @throws Error with the traceback when it raises
   */
  run(script: string, args?: unknown): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a Python process with MLflow imported. It is stopped after the test, or after the file from a `beforeAll`. */
export async function startPython(
  options: Pick<PythonOptions, "mlflow" | "cwd" | "env"> = {},
): Promise<PythonSession> {
  const child = spawn(pythonPath(options.mlflow), ["-c", SESSION], {
    cwd: options.cwd,
    env: pythonEnvironment(options.env),
  });
  const ended = exitOf(child);
  const stderr = collect(child.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.on("error", () => undefined);

  const ask = async (request: unknown): Promise<string> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await lines.next();
    if (line.done) throw new Error(`Python ended with ${await ended}:\n${await stderr}`);
    const answer = JSON.parse(line.value) as { output: string; error: string | null };
    if (answer.error !== null) throw new Error(answer.error);
    return answer.output;
  };
  let queue: Promise<unknown> = Promise.resolve();
  const session: PythonSession = {
    run: (script, args = null) => {
      const answer = queue.then(() => ask({ script, args }));
      queue = answer.catch(() => undefined);
      return answer;
    },
    stop: async () => {
      child.stdin.end();
      child.kill("SIGKILL");
      await ended;
    },
  };
  afterUse(session.stop);
  await session.run("import mlflow");
  return session;
}

/** Reads requests and writes answers, one JSON line each. What scripts print goes into the answer, not between. */
const SESSION = `
import contextlib, io, json, os, sys, traceback
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    request = json.loads(line)
    output, error = io.StringIO(), None
    try:
        with contextlib.redirect_stdout(output):
            exec(compile(request["script"], "script", "exec"), {"__name__": "__main__", "args": request["args"]})
    except BaseException:
        error = traceback.format_exc()
    answers.write(json.dumps({"output": output.getvalue(), "error": error}) + "\\n")
    answers.flush()
`;

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
