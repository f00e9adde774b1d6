import { execFile, spawn } from "node:child_process";
import { chown } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import getPort from "get-port";
import pg from "pg";
import { ensurePostgres } from "../../.ci/ensure-databases.mjs";
import { afterUse } from "./cleanup.ts";
import { exitOf } from "./processes.ts";
import { makeTempFolder } from "./tree.ts";

// At import, not in a test: installing it takes a while.
const programs = await ensurePostgres();

/** PostgreSQL does not run as root. Nobody has the same number everywhere. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** A PostgreSQL server of the test's own. */
export interface Postgres {
  /** Makes an empty database. @returns its URI, as SQLAlchemy takes it */
  createDatabase(name: string): Promise<string>;
}

/** Starts PostgreSQL on a free port of 127.0.0.1 with its data in a temporary folder, which both go after use. */
export async function startPostgres(): Promise<Postgres> {
  const folder = await makeTempFolder();
  const user = process.getuid?.() === 0 ? NOBODY : {};
  if (process.getuid?.() === 0) await chown(folder, NOBODY.uid, NOBODY.gid);
  const options = { ...user, cwd: folder };
  const data = join(folder, "data");
  const init = ["-D", data, "-U", "mlflow", "-A", "trust", "-E", "UTF8", "--no-sync"];
  await promisify(execFile)(join(programs, "initdb"), init, options);

  const port = await getPort();
  const args = ["-D", data, "-p", String(port), "-k", folder, "-F", "-h", "127.0.0.1"];
  const server = spawn(join(programs, "postgres"), args, { ...options, stdio: "ignore" });
  const ended = exitOf(server);
  ended.catch(() => undefined);
  const end = (): void => void server.kill("SIGKILL");
  process.once("exit", end);
  afterUse(async () => {
    process.off("exit", end);
    // Not gracefully: that waits for clients.
    server.kill("SIGINT");
    await ended;
  });
  const uri = (name: string): string => `postgresql+psycopg2://mlflow@127.0.0.1:${port}/${name}`;
  const client = await connect(uri("postgres").replace("+psycopg2", ""));
  afterUse(() => client.end());
  return {
    createDatabase: async (name) => {
      await client.query(`CREATE DATABASE ${name}`);
      return uri(name);
    },
  };
}

async function connect(connectionString: string): Promise<pg.Client> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (tries > 200) throw error;
      await sleep(50);
    }
  }
}
