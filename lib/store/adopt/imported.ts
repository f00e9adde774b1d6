import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadonlyDictionary } from "../../entities/record.ts";
import { IMPORTED_FILE } from "../../tree/layout.ts";
import { readTextIfThere } from "../../tree/read.ts";
import { replaceFile } from "../../tree/write.ts";

type Fields = Readonly<Record<string, string | number | null>>;

/**
 * What a run or logged model was at the source when it was imported last. By it the next import tells what has changed there
 * since, and what was changed here.
 */
export interface Imported {
  /** Tells whether anything has changed at the source; empty when that cannot be told. */
  readonly state: string;
  /** Of its meta file. */
  readonly fields: Fields;
  /** Tag to a digest of its value. */
  readonly tags: ReadonlyDictionary<string>;
  /** Path of an artifact to its size in bytes. */
  readonly artifacts: ReadonlyDictionary<number>;
}

/** The record of a run or logged model; undefined when it was not imported, or by a version that kept none. */
export function readImported(folder: string): Imported | undefined {
  const text = readTextIfThere(join(folder, IMPORTED_FILE));
  if (text === undefined) return undefined;
  try {
    const { state = "", fields = {}, tags = {}, artifacts = {} } = JSON.parse(text);
    return { state, fields, tags, artifacts };
  } catch {
    // Damaged, such as by a merge of git: as good as none.
    return undefined;
  }
}

/** @param isFirst - nobody reads the folder yet */
export function writeImported(folder: string, imported: Imported, isFirst: boolean): void {
  const write = isFirst ? writeFileSync : replaceFile;
  write(join(folder, IMPORTED_FILE), `${JSON.stringify(imported)}\n`);
}

/** Digests of the tags of a source. */
export function digestsOf(values: ReadonlyDictionary<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, digest(value)]));
}

/** A short name of a text: equal texts have equal ones. */
export function digest(text: string): string {
  return createHash("md5").update(text).digest("base64url").slice(0, 12);
}
