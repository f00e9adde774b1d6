import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { schemeOf } from "../../artifacts/uri.ts";
import { invalidParameter, notFound } from "../../errors.ts";
import type { Source } from "../items.ts";
import type { Report } from "../report.ts";
import type { ArtifactChoice } from "./database/artifacts.ts";
import type { Database } from "./database/database.ts";

export interface SourceOptions {
  readonly artifacts: ArtifactChoice;
  /** Where the server kept artifacts that clients sent it. */
  readonly artifactsRoot?: string;
}

interface SourceKind {
  /** How it looks, for help and messages. */
  readonly form: string;
  readonly fits: (uri: string) => boolean;
  readonly open: (uri: string, options: SourceOptions, report: Report) => Promise<Source>;
}

/** One line a source; each is loaded only when it is used. */
export const SOURCES: readonly SourceKind[] = [
  { form: "sqlite:///mlflow.db", fits: (uri) => /^sqlite:/i.test(uri), open: openSqliteSource },
  {
    form: "postgresql://user@host/database",
    fits: (uri) => /^postgres(ql)?(\+\w+)?:/i.test(uri),
    open: openPostgresSource,
  },
  {
    form: "http://host:5000",
    fits: (uri) => /^https?:/i.test(uri),
    open: async (uri, { artifacts }, report) => {
      const { ServerSource } = await import("./server.ts");
      return new ServerSource(uri, artifacts, report);
    },
  },
  {
    form: "run.zip",
    fits: (uri) => /\.zip$/i.test(uri),
    open: async (uri, _options, report) => (await import("./zip.ts")).openZip(uri, report),
  },
  {
    form: "runs.csv",
    fits: (uri) => /\.csv$/i.test(uri) && existsSync(uri),
    open: async (uri) => (await import("./csv.ts")).openCsv(uri),
  },
  {
    form: "a folder of TensorBoard event files",
    fits: (uri) => statSync(uri, { throwIfNoEntry: false })?.isDirectory() ?? false,
    open: async (uri, _options, report) => {
      const { TensorBoardSource } = await import("./tensorboard/tensorboard.ts");
      return new TensorBoardSource(uri, report);
    },
  },
];

/** Opens what a URI or path names. @throws MlrunsError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST when it is no source */
export async function openSource(
  uri: string,
  options: SourceOptions,
  report: Report,
): Promise<Source> {
  const kind = SOURCES.find(({ fits }) => fits(uri));
  if (kind !== undefined) return kind.open(uri, options, report);
  if (schemeOf(uri) === undefined && !existsSync(uri)) throw notFound(`'${uri}' does not exist.`);
  throw invalidParameter(`'${uri}' is nothing that can be imported.`, {
    hint: `Sources look like ${SOURCES.map(({ form }) => form).join(", ")}.`,
  });
}

async function openSqliteSource(
  uri: string,
  options: SourceOptions,
  report: Report,
): Promise<Source> {
  // As SQLAlchemy has it: three slashes before a relative path, four before an absolute one.
  const path = /^sqlite:\/{2,3}(.+)$/i.exec(uri)?.[1];
  if (path === undefined) throw invalidParameter(`'${uri}' names no file.`);
  const { openSqlite } = await import("./database/sqlite.ts");
  return openDatabase(await openSqlite(path), dirname(path), options, report);
}

async function openPostgresSource(
  uri: string,
  options: SourceOptions,
  report: Report,
): Promise<Source> {
  const { openPostgres } = await import("./database/postgres.ts");
  return openDatabase(await openPostgres(uri), ".", options, report);
}

/** @param beside - folder in which servers put artifacts when nothing else was said */
async function openDatabase(
  database: Database,
  beside: string,
  { artifacts, artifactsRoot }: SourceOptions,
  report: Report,
): Promise<Source> {
  const { ArtifactFinder } = await import("./database/artifacts.ts");
  const { DatabaseSource } = await import("./database/database-source.ts");
  const usual = ["mlartifacts", "mlruns"].map((name) => join(beside, name));
  const folders = artifactsRoot === undefined ? usual : [artifactsRoot, ...usual];
  const source = new DatabaseSource(
    database,
    new ArtifactFinder({ artifacts, folders }, report),
    report,
  );
  try {
    await source.check();
  } catch (error) {
    await source.close();
    throw error;
  }
  return source;
}
