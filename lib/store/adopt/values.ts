import { writeFileSync } from "node:fs";
import type { ReadonlyDictionary } from "../../entities/record.ts";
import { validateKey } from "../../entities/validate.ts";
import { MlrunsError } from "../../errors.ts";
import { keyFile } from "../../tree/layout.ts";
import { isFile } from "../../tree/read.ts";
import { clashOr, makeKeyFolder, replaceValue } from "../../tree/write.ts";

/** Is told of a key that a tree cannot hold: a database takes names that are no file names. */
export type Refused = (key: string, error: MlrunsError) => void;

/** Writes one file an entry; a file that is there stays. @param owner - folder where a temporary file harms nobody */
export function writeNewValues(
  owner: string,
  folder: string,
  entries: ReadonlyDictionary<string>,
  refused: Refused,
): void {
  eachValue(folder, entries, refused, (file, value) => {
    if (!isFile(file)) replaceValue(owner, file, value);
  });
}

/** As `writeNewValues`, into an empty folder that nobody reads yet: no value is there, and none need be whole at once. */
export function writeFirstValues(
  folder: string,
  entries: ReadonlyDictionary<string>,
  refused: Refused,
): void {
  eachValue(folder, entries, refused, (file, value, key) => {
    if (key.includes("/")) makeKeyFolder(file);
    try {
      writeFileSync(file, value);
    } catch (error) {
      throw clashOr(error, file);
    }
  });
}

/** Runs `write` for each entry, with the file of its key; a key that is refused is told, and the others are written. */
export function eachValue(
  folder: string,
  entries: ReadonlyDictionary<string>,
  refused: Refused,
  write: (file: string, value: string, key: string) => void,
): void {
  for (const [key, value] of Object.entries(entries)) {
    accepting(key, refused, () => write(valueFile(folder, key), value, key));
  }
}

/** The file of a key. @throws MlrunsError INVALID_PARAMETER_VALUE when it is no key of MLflow's */
export function valueFile(folder: string, key: string): string {
  validateKey(key, "key");
  return keyFile(folder, key);
}

/** Runs `write`; a key that is refused is told, and the others are written. */
export function accepting(key: string, refused: Refused, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof MlrunsError)) throw error;
    refused(key, error);
  }
}
