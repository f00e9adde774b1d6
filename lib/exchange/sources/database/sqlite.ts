import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import fs from "fs-extra";
import { loadSdk } from "../../../artifacts/sdk.ts";
import { MlrunsError, notFound } from "../../../errors.ts";
import { makeTemporaryFolder } from "../../../state/temporary-folder.ts";
import { type Database, PORTION, type Row } from "./database.ts";

/**
 * Opens a SQLite file for reading, by SQLite compiled to WebAssembly, which reads from the disk and not into memory.
 *
 * The library locks by making a folder beside the file, which a process that is killed would leave there. So the file is
 * opened through a link in a folder of our own; in WAL mode, which needs a writer, as a copy there.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE when it is no database, FEATURE_DISABLED
 */
export async function openSqlite(path: string): Promise<Database> {
  const file = resolve(path);
  if (!existsSync(file)) throw notFound(`'${path}' does not exist.`);
  const { default: sqlite } = await loadSdk(
    "Reading SQLite",
    "node-sqlite3-wasm",
    () => import("node-sqlite3-wasm"),
  );
  const folder = makeTemporaryFolder("sqlite");
  try {
    const isWal = usesWal(file);
    await (isWal ? copyWithLog(file, folder) : linkOrCopy(file, folder));
    const database = new sqlite.Database(join(folder, basename(file)), { readOnly: !isWal });
    if (isWal) database.exec("PRAGMA locking_mode = EXCLUSIVE");
    // Reads the header, so that a file of another kind is found out here. And a snapshot: nothing that is written from now on.
    database.exec("BEGIN; SELECT count(*) FROM sqlite_master");
    return new SqliteDatabase(database, folder);
  } catch (cause) {
    await fs.remove(folder);
    if (cause instanceof MlrunsError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MlrunsError("INVALID_PARAMETER_VALUE", `'${path}' cannot be read: ${reason}`, {
      cause,
    });
  }
}

/** As the library declares it. */
type Wasm = import("node-sqlite3-wasm").Database;

class SqliteDatabase implements Database {
  readonly #database: Wasm;
  readonly #folder: string;

  constructor(database: Wasm, folder: string) {
    this.#database = database;
    this.#folder = folder;
  }

  async all(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#database.all(sql, values as string[]) as Row[];
  }

  async *portions(sql: string, values: readonly unknown[] = []): AsyncGenerator<readonly Row[]> {
    const statement = this.#database.prepare(sql);
    try {
      let portion: Row[] = [];
      for (const row of statement.iterate(values as string[])) {
        portion.push(row as Row);
        if (portion.length < PORTION) continue;
        yield portion;
        portion = [];
      }
      yield portion;
    } finally {
      statement.finalize();
    }
  }

  async tables(): Promise<ReadonlySet<string>> {
    const rows = await this.all("SELECT name FROM sqlite_master WHERE type = 'table'");
    return new Set(rows.map(({ name }) => String(name)));
  }

  async close(): Promise<void> {
    this.#database.close();
    await fs.remove(this.#folder);
  }
}

/** Whether the database keeps a write-ahead log: so its header says. `mlflow migrate-filestore` leaves such files. */
function usesWal(file: string): boolean {
  const header = Buffer.alloc(20);
  const fd = openSync(file, "r");
  try {
    readSync(fd, header, 0, 20, 0);
  } finally {
    closeSync(fd);
  }
  return header[18] === 2 || header[19] === 2;
}

async function copyWithLog(file: string, folder: string): Promise<void> {
  for (const ending of ["", "-wal"]) {
    const from = `${file}${ending}`;
    if (existsSync(from)) await fs.copy(from, join(folder, `${basename(file)}${ending}`));
  }
}

async function linkOrCopy(file: string, folder: string): Promise<void> {
  // A journal beside the file belongs to a writer that was killed, and is needed to undo what it had begun.
  for (const ending of ["", "-journal"]) {
    const from = `${file}${ending}`;
    if (!existsSync(from)) continue;
    const to = join(folder, `${basename(file)}${ending}`);
    await fs.symlink(from, to).catch(() => fs.copy(from, to));
  }
}
