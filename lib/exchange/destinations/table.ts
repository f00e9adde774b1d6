import { invalidParameter } from "../../errors.ts";
import type { Destination } from "../items.ts";
import type { Report } from "../report.ts";
import type { TableContent } from "./table-file.ts";

interface DestinationKind {
  /** How it looks, for help and messages. */
  readonly form: string;
  readonly fits: (uri: string) => boolean;
  readonly open: (uri: string, content: TableContent, report: Report) => Promise<Destination>;
}

/** One line a destination; each is loaded only when it is used. */
export const DESTINATIONS: readonly DestinationKind[] = [
  {
    form: "http://host:5000",
    fits: (uri) => /^https?:/i.test(uri),
    open: async (uri, _content, report) => {
      const { ServerDestination } = await import("./server.ts");
      return new ServerDestination(uri, report);
    },
  },
  {
    form: "run.zip",
    fits: (uri) => /\.zip$/i.test(uri),
    open: async (uri, _content, report) => {
      const { ZipDestination } = await import("./zip.ts");
      return new ZipDestination(uri, report);
    },
  },
  {
    form: "runs.csv, .json, .jsonl or .parquet",
    fits: (uri) => /\.(csv|jsonl?|parquet)$/i.test(uri),
    open: async (uri, content, report) => {
      const { TableFile } = await import("./table-file.ts");
      return new TableFile(uri, content, report);
    },
  },
];

/** Opens what a URI or path names. @throws MlrunsError INVALID_PARAMETER_VALUE when it is no destination */
export async function openDestination(
  uri: string,
  content: TableContent,
  report: Report,
): Promise<Destination> {
  const kind = DESTINATIONS.find(({ fits }) => fits(uri));
  if (kind !== undefined) return kind.open(uri, content, report);
  throw invalidParameter(`'${uri}' is nothing to which can be exported.`, {
    hint: `Destinations look like ${DESTINATIONS.map(({ form }) => form).join(", ")}.`,
  });
}
