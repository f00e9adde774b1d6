import { MlrunsError } from "../errors.ts";

/**
 * Loads a cloud's SDK. They are optional: together they weigh 110 MB, which most users never need.
 *
 * @param packages - what to install, as npm takes it; its first one's absence is told
 * @throws MlrunsError FEATURE_DISABLED with the install command when it is not installed
 */
export async function loadSdk<Sdk>(
  what: string,
  packages: string,
  load: () => Promise<Sdk>,
): Promise<Sdk> {
  try {
    return await load();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    throw new MlrunsError("FEATURE_DISABLED", `${what} needs a package that is not installed.`, {
      hint: `npm install ${packages}`,
      cause: error,
    });
  }
}

/** A variable of the environment; an empty one counts as unset. */
export function environment(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** The longest that a timer takes, ms. */
const LONGEST = 2 ** 31 - 1;

/**
 * How long a store may be silent, by MLflow's variable, whose -1 is for ever. Milliseconds. MLflow heeds it for Google's and
 * Azure's stores; for S3 it is ours alone.
 *
 * @param usual - without the variable, ms
 */
export function silenceLimit(usual: number): number {
  const told = environment("MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT");
  if (told === undefined) return usual;
  const seconds = Number(told);
  return seconds > 0 ? Math.min(seconds * 1_000, LONGEST) : LONGEST;
}

/** Whether a variable is on, as MLflow reads it: `true` or `1`. */
export function isOn(name: string): boolean {
  return /^(true|1)$/i.test(process.env[name] ?? "");
}
