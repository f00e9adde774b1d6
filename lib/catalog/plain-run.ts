import { lstatSync } from "node:fs";
import type { RunInfo } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { MlrunsError } from "../errors.ts";
import { MetricTally, SUMMARY_FIELDS } from "../format/metric-summary.ts";
import { parseRunMeta, type RunMeta } from "../format/run-meta.ts";
import { runInfoOf } from "../store/read-run.ts";
import type { ExperimentPlace } from "../store/runs.ts";
import { STAMP_FIELDS, takeStamp } from "../tree/footprint.ts";
import { META_FILE } from "../tree/layout.ts";
import { SmallFile } from "../tree/small-file.ts";
import { areSettled } from "./entry.ts";
import { KeyFolders, type RunFiles } from "./key-folders.ts";

/** A run in the form in which a shard keeps it. Arrays are valid until the next run is read. */
export interface PlainRun {
  readonly info: RunInfo;
  readonly files: RunFiles;
  /** Values of the tags, then of the params. */
  readonly texts: readonly string[];
  /** Of each metric, see `MetricTally.sumPlain`. */
  readonly numbers: Float64Array;
  /** See `Footprint`. */
  readonly stamps: Float64Array;
  readonly isSettled: boolean;
}

/** Most runs have neither. Those that have are read by the store. */
const UNUSUAL_FOLDERS = ["inputs", "outputs"];

/**
 * Reads runs that are as MLflow writes them: ended or not, with sound files, ordinary metric lines and neither datasets nor
 * models. This is what large trees are full of, and half the work of `readRun`, which says what a run is: this reader
 * answers the same or nothing at all.
 */
export class PlainReader {
  readonly #file = new SmallFile();
  readonly #folders = new KeyFolders();
  #stamps = new Float64Array(256);
  #numbers = new Float64Array(256);

  /** @returns undefined when anything about the run is unusual: then the store has to read it */
  read(experiment: ExperimentPlace, runId: string): PlainRun | undefined {
    return unlessBroken(() => this.#read(experiment, runId));
  }

  /** What meta.yaml says; undefined as with `read`. */
  readInfo(experiment: ExperimentPlace, runId: string): RunInfo | undefined {
    const meta = unlessBroken(() => this.#readMeta(experiment, runId));
    return meta && runInfoOf(meta, undefined);
  }

  #readMeta({ experimentId, folder }: ExperimentPlace, runId: string): RunMeta | undefined {
    if (!this.#readFile(`${folder}/${runId}/${META_FILE}`, 1)) return undefined;
    const meta = parseRunMeta(this.#file.text(), META_FILE);
    return meta.runId === runId && meta.experimentId === experimentId ? meta : undefined;
  }

  #read(experiment: ExperimentPlace, runId: string): PlainRun | undefined {
    const now = Date.now();
    const folder = `${experiment.folder}/${runId}`;
    takeStamp(folder, this.#stamps, 0);
    const meta = this.#readMeta(experiment, runId);
    if (meta === undefined) return undefined;
    if (UNUSUAL_FOLDERS.some((name) => lstatSync(`${folder}/${name}`, NO_THROW))) return undefined;
    const files = this.#folders.list(folder);
    if (files === undefined) return undefined;
    const { paths, metricsStart, paramsStart } = files.layout;
    const { stamps: ofFolders } = this.#folders;
    this.#makeRoom(files);
    this.#stamps.set(ofFolders, 2 * STAMP_FIELDS);
    const tagsStart = 2 + ofFolders.length / STAMP_FIELDS;
    const texts: string[] = [];
    for (let at = tagsStart; at < paths.length; at++) {
      if (!this.#readFile(`${folder}/${paths[at]}`, at)) return undefined;
      if (at < metricsStart || at >= paramsStart) texts.push(this.#file.text());
      else if (!this.#sumUp(at - metricsStart)) return undefined;
    }
    const stamps = this.#stamps.subarray(0, paths.length * STAMP_FIELDS);
    const name = texts[files.tags.indexOf(MLFLOW_TAG.runName)];
    const info = runInfoOf(meta, name);
    return {
      info,
      files,
      texts,
      numbers: this.#numbers,
      stamps,
      isSettled: areSettled(stamps, files.layout, info.status, now),
    };
  }

  #readFile(path: string, at: number): boolean {
    if (!this.#file.read(path)) return false;
    this.#stamps[at * STAMP_FIELDS] = this.#file.length;
    this.#stamps[at * STAMP_FIELDS + 1] = this.#file.mtimeMs;
    return true;
  }

  #sumUp(metric: number): boolean {
    const { bytes, length } = this.#file;
    return MetricTally.sumPlain(bytes, length, this.#numbers, metric * SUMMARY_FIELDS);
  }

  #makeRoom({ layout, metrics }: RunFiles): void {
    const stamps = layout.paths.length * STAMP_FIELDS;
    if (stamps > this.#stamps.length) {
      const larger = new Float64Array(2 * stamps);
      larger.set(this.#stamps.subarray(0, 2 * STAMP_FIELDS));
      this.#stamps = larger;
    }
    const numbers = metrics.length * SUMMARY_FIELDS;
    if (numbers > this.#numbers.length) this.#numbers = new Float64Array(2 * numbers);
  }
}

/** What `read` returns, or undefined when a file is missing or cannot be parsed. */
function unlessBroken<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MlrunsError || (error instanceof Error && "code" in error)) return;
    throw error;
  }
}

const NO_THROW = { throwIfNoEntry: false } as const;
