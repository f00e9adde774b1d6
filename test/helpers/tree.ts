import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterUse } from "./cleanup.ts";
import { fixturesTrees } from "./paths.ts";

/** The trees of fixtures/trees, each written by real MLflow. */
export const TREE_NAMES = [
  "v1-legacy",
  "v2-basic",
  "v3-basic",
  "v3-edge",
  "v3-logged-models",
  "v3-registry",
  "v3-sklearn",
  "v3-traces",
] as const;

export type TreeName = (typeof TREE_NAMES)[number];

type Fields = Readonly<Record<string, unknown>>;

/** What MLflow's client answers for a run. NaN and infinities are the strings `NaN`, `Infinity`, `-Infinity`. */
export interface GoldenRun {
  readonly info: Fields;
  readonly params: Readonly<Record<string, string>>;
  /** Latest values. */
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly inputs: {
    readonly dataset_inputs: readonly Fields[];
    readonly model_inputs: readonly unknown[];
  };
  readonly outputs: { readonly model_outputs: readonly unknown[] };
  /** Every point in the order of its file. */
  readonly metric_history: Readonly<Record<string, readonly GoldenMetric[]>>;
  /** Depth first, each level sorted by path. */
  readonly artifacts: readonly {
    readonly path: string;
    readonly is_dir: boolean;
    readonly file_size: number | null;
  }[];
}

export interface GoldenMetric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
  readonly run_id: string;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
}

/** One search with MLflow's answer: `result` for a page, `result.pages` for all of them, or `error`. */
export interface GoldenQuery {
  readonly kind: string;
  readonly experiment_ids?: readonly string[];
  readonly filter?: string;
  readonly order_by?: readonly unknown[];
  readonly view?: string;
  readonly max_results?: number;
  readonly page_token?: string;
  readonly datasets?: readonly Fields[];
  readonly all_pages?: boolean;
  readonly result?: {
    readonly ids?: readonly string[];
    readonly next_page_token?: string | null;
    readonly pages?: readonly (readonly string[])[];
  };
  readonly error?: { readonly code: string; readonly type: string; readonly message: string };
}

interface GoldenList {
  readonly result?: readonly Fields[];
  readonly error?: Fields;
}

/** MLflow's own answers for a tree while it lies at /tmp/tracking/mlruns, see fixtures/README.md. */
export interface Golden {
  readonly tree: string;
  readonly reader: string;
  /** Folders that git cannot store, relative to the root. */
  readonly empty_dirs: readonly string[];
  readonly file_count: number;
  readonly experiments: readonly (Fields & {
    readonly experiment_id: string;
    readonly name: string;
  })[];
  readonly run_ids_by_experiment: Readonly<Record<string, readonly string[]>>;
  readonly runs: Readonly<Record<string, GoldenRun>>;
  readonly registered_models: GoldenList;
  readonly model_versions: GoldenList;
  readonly logged_models: GoldenList;
  readonly traces: Readonly<Record<string, readonly Fields[]>>;
  readonly queries: readonly GoldenQuery[];
}

/**
 * A private copy of a fixture tree with its empty folders, removed when the test is over.
 *
 * @returns the root of the copy, a folder called `mlruns`
 */
export async function makeTree(name: TreeName): Promise<string> {
  const root = join(await makeTempFolder(), "mlruns");
  await cp(join(fixturesTrees, name, "mlruns"), root, {
    recursive: true,
    preserveTimestamps: true,
  });
  for (const folder of (await golden(name)).empty_dirs) {
    await mkdir(join(root, folder), { recursive: true });
  }
  return root;
}

/** What real MLflow answers for a fixture tree. */
export async function golden(
  name: TreeName,
  by: "golden" | "golden-by-2.22" = "golden",
): Promise<Golden> {
  return JSON.parse(await readFile(join(fixturesTrees, name, `${by}.json`), "utf8")) as Golden;
}

/** A fresh folder, removed with all that is in it when the test (or, from a `beforeAll`, the file) is over. */
export async function makeTempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mlruns-test-"));
  afterUse(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
