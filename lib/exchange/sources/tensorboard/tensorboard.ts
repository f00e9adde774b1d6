import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import fs from "fs-extra";
import { openArtifacts } from "../../../artifacts/registry.ts";
import type { Metric } from "../../../entities/metric.ts";
import type { ReadonlyDictionary } from "../../../entities/record.ts";
import { MLFLOW_TAG } from "../../../entities/tag.ts";
import { invalidParameter } from "../../../errors.ts";
import { makeTemporaryFolder } from "../../../state/temporary-folder.ts";
import { type CarriedRun, type Item, type Kind, NO_ARTIFACTS, type Source } from "../../items.ts";
import type { Report } from "../../report.ts";
import { plainExperiment, plainRun } from "../plain.ts";
import { type LoggedValue, parseEvent } from "./event.ts";
import { parseHparams } from "./hparams.ts";
import { readRecords } from "./records.ts";

const EVENT_FILE = /tfevents/;

/** A folder of TensorBoard's event files: each folder with such files is a run, all of them are one experiment. */
export class TensorBoardSource implements Source {
  readonly #folder: string;
  readonly #report: Report;
  readonly #runs = new Map<string, string[]>();
  readonly #images: string;

  /** @throws MlrunsError INVALID_PARAMETER_VALUE when there is no event file */
  constructor(folder: string, report: Report) {
    this.#folder = resolve(folder);
    this.#report = report;
    for (const name of readdirSync(this.#folder, { recursive: true, encoding: "utf8" }).sort()) {
      if (!EVENT_FILE.test(basename(name))) continue;
      const run = dirname(name);
      this.#runs.set(run, [...(this.#runs.get(run) ?? []), join(this.#folder, name)]);
    }
    if (this.#runs.size === 0)
      throw invalidParameter(`'${folder}' has no TensorBoard event files.`);
    this.#images = makeTemporaryFolder("images");
  }

  async count(): Promise<Partial<Record<Kind, number>>> {
    return { experiment: 1, run: this.#runs.size };
  }

  async *items(): AsyncGenerator<Item> {
    const experiment = plainExperiment(basename(this.#folder));
    yield { kind: "experiment", id: experiment.experimentId, experiment };
    for (const [folder, files] of this.#runs) {
      const start = firstTime(files);
      // The same for a folder that was moved, and for one that has grown.
      const id = createHash("md5").update(`${folder}\0${start}`).digest("hex");
      const name = folder === "." ? basename(this.#folder) : folder.split(sep).join("/");
      const read = async (): Promise<CarriedRun> => this.#read(id, name, files);
      yield { kind: "run", id, experimentId: experiment.experimentId, read };
    }
  }

  async close(): Promise<void> {
    await fs.remove(this.#images);
  }

  #read(id: string, name: string, files: readonly string[]): CarriedRun {
    const points: Metric[] = [];
    let params: ReadonlyDictionary<string> = {};
    let last = 0;
    let hasImages = false;
    for (const file of files) {
      for (const record of readRecords(file)) {
        const { time, step, values } = parseEvent(record);
        last = Math.max(last, time);
        for (const value of values) {
          if (value.kind === "scalar") {
            points.push({ key: keyOf(value.tag), value: value.value, timestamp: time, step });
          }
          if (value.kind === "hparams") params = { ...params, ...parseHparams(value.content) };
          if (value.kind === "image") hasImages = this.#keepImages(id, value, step) || hasImages;
          if (value.kind === "other") {
            this.#report.note(
              "summaries other than scalars, images and hyperparameters are left out",
            );
          }
        }
      }
    }
    const folder = join(this.#images, id);
    return plainRun({
      runId: id,
      experiment: basename(this.#folder),
      runName: name,
      startTime: firstTime(files),
      endTime: last,
      params,
      tags: { [MLFLOW_TAG.sourceName]: relative(process.cwd(), this.#folder) || this.#folder },
      points,
      artifacts: hasImages
        ? { kind: "copy", open: () => openArtifacts({ kind: "folder", folder }) }
        : NO_ARTIFACTS,
    });
  }

  #keepImages(
    runId: string,
    { tag, images }: Extract<LoggedValue, { kind: "image" }>,
    step: number,
  ): boolean {
    const folder = join(this.#images, runId, "images", ...keyOf(tag).split("/"));
    mkdirSync(folder, { recursive: true });
    for (const [i, bytes] of images.entries()) {
      const number = images.length > 1 ? `-${i}` : "";
      writeFileSync(join(folder, `${step}${number}.${endingOf(bytes)}`), bytes);
    }
    return images.length > 0;
  }
}

function firstTime(files: readonly string[]): number {
  for (const record of readRecords(files[0] ?? "")) return parseEvent(record).time;
  return 0;
}

/** A tag as a key of MLflow: other characters become underscores. */
function keyOf(tag: string): string {
  const parts = tag.split("/").map((part) => part.replace(/[^\p{L}\p{N}_.\- :]/gu, "_"));
  return parts.filter((part) => part !== "" && !/^\.+$/.test(part)).join("/") || "_";
}

function endingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff) return "jpg";
  return bytes[0] === 0x47 ? "gif" : "png";
}
