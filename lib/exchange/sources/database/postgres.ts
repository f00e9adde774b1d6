import { loadSdk } from "../../../artifacts/sdk.ts";
import { MlrunsError } from "../../../errors.ts";
import { type Database, PORTION, type Row } from "./database.ts";

/** What SQLAlchemy puts between scheme and colon to name a driver, as in `postgresql+psycopg2://`. */
const DRIVER = /^postgres(ql)?(\+[a-z0-9_]+)?:/i;

/** PostgreSQL's number of the type `bigint`, which the driver would give as text. */
const BIGINT = 20;

/**
 * Opens a PostgreSQL database for reading, as it is at this moment: what others write meanwhile is not seen.
 *
 * @throws MlrunsError TEMPORARILY_UNAVAILABLE or PERMISSION_DENIED with the server's words, FEATURE_DISABLED without the driver
 */
export async function openPostgres(uri: string): Promise<Database> {
  const { default: pg } = await loadSdk("Reading PostgreSQL", "pg", () => import("pg"));
  const client = new pg.Client({
    connectionString: uri.replace(DRIVER, "postgresql:"),
    application_name: "mlruns",
    types: {
      getTypeParser: (id, format) =>
        id === BIGINT ? Number : pg.types.getTypeParser(id as number, format as "text"),
    },
  });
  try {
    await client.connect();
    await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
  } catch (cause) {
    throw refused(cause);
  }
  return new PostgresDatabase(client);
}

class PostgresDatabase implements Database {
  readonly #client: import("pg").Client;

  constructor(client: import("pg").Client) {
    this.#client = client;
  }

  async all(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await this.#client.query(numbered(sql), [...values])).rows as Row[];
    } catch (cause) {
      throw refused(cause);
    }
  }

  async *portions(sql: string, values: readonly unknown[] = []): AsyncGenerator<readonly Row[]> {
    await this.all(`DECLARE portions NO SCROLL CURSOR FOR ${sql}`, values);
    try {
      for (;;) {
        const rows = await this.all(`FETCH ${PORTION} FROM portions`);
        if (rows.length > 0) yield rows;
        if (rows.length < PORTION) return;
      }
    } finally {
      await this.all("CLOSE portions");
    }
  }

  async tables(): Promise<ReadonlySet<string>> {
    const rows = await this.all(
      "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    );
    return new Set(rows.map(({ tablename }) => String(tablename)));
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

/** PostgreSQL counts its parameters. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll("?", () => `$${++count}`);
}

function refused(cause: unknown): MlrunsError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const message = `PostgreSQL: ${cause instanceof Error ? cause.message || code : String(cause)}`;
  // Class 28 is "invalid authorization".
  const isDenied = code.startsWith("28") || code === "42501";
  return new MlrunsError(isDenied ? "PERMISSION_DENIED" : "TEMPORARILY_UNAVAILABLE", message, {
    cause,
  });
}
