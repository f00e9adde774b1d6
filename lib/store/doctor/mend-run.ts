import { basename, dirname } from "node:path";
import { RUN_STATUSES } from "../../entities/run.ts";
import { parseRunMeta, printRunMeta, RUN_STATUS_NUMBERS } from "../../format/run-meta.ts";
import { parseYamlMap, printYaml, type YamlMap, type YamlValue } from "../../format/yaml.ts";

/**
 * A run's meta.yaml with what can be said without a guess: an end that nobody noted is null, an unnamed user is MLflow's
 * `unknown`, a missing id is that of the folder, a status in words becomes its number, a time in quotes one without.
 *
 * @returns undefined when that does not make it readable, or when so much is missing that the file must have been cut
 */
export function mendRunMeta(text: string, file: string): string | undefined {
  try {
    const map = parseYamlMap(text, file);
    const folder = dirname(file);
    if (missingKeys(map) > 1) return undefined;
    const mended: { [key: string]: YamlValue } = {
      end_time: null,
      user_id: "unknown",
      run_id: String(map.run_uuid ?? basename(folder)),
      experiment_id: basename(dirname(folder)),
      ...withoutNulls(map, ["user_id", "run_id", "experiment_id"]),
    };
    mended.status = statusNumber(map.status) ?? map.status ?? RUN_STATUS_NUMBERS.RUNNING;
    for (const key of ["start_time", "end_time", "deleted_time"]) {
      const value = map[key];
      if (typeof value === "string" && /^\d+$/.test(value)) mended[key] = Number(value);
    }
    return printRunMeta(parseRunMeta(printYaml(mended), file));
  } catch {
    return undefined;
  }
}

function missingKeys(map: YamlMap): number {
  const hasId = "run_id" in map || "run_uuid" in map;
  const others = ["experiment_id", "end_time", "start_time", "user_id", "lifecycle_stage"];
  return others.filter((key) => !(key in map)).length + (hasId ? 0 : 1);
}

function withoutNulls(map: YamlMap, keys: readonly string[]): YamlMap {
  return Object.fromEntries(
    Object.entries(map).filter(([key, value]) => value !== null || !keys.includes(key)),
  );
}

function statusNumber(value: YamlValue | undefined): number | undefined {
  const name = RUN_STATUSES.find((status) => status === value);
  return name === undefined ? undefined : RUN_STATUS_NUMBERS[name];
}
