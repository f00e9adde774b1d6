import { lookup } from "mrmime";
import { baseName } from "../entities/artifact-path.ts";

export interface ContentType {
  /** Undefined for a name that tells nothing. */
  readonly type: string | undefined;
  /** Such as `gzip`; `type` is then that of the content when it is unpacked. */
  readonly encoding: string | undefined;
}

const ENCODINGS: Readonly<Record<string, string>> = {
  gz: "gzip",
  Z: "compress",
  bz2: "bzip2",
  xz: "xz",
  br: "br",
};

const SUFFIXES: Readonly<Record<string, string>> = {
  svgz: "svg.gz",
  tgz: "tar.gz",
  taz: "tar.gz",
  tz: "tar.gz",
  tbz2: "tar.bz2",
  txz: "tar.xz",
};

/** Where Python's table says otherwise than ours. */
const PYTHON: Readonly<Record<string, string | undefined>> = {
  log: undefined,
  yaml: undefined,
  yml: undefined,
  bat: "text/plain",
  c: "text/plain",
  h: "text/plain",
  h5: "application/x-hdf5",
  hdf: "application/x-hdf",
  nc: "application/x-netcdf",
  py: "text/x-python",
  sh: "application/x-sh",
  tar: "application/x-tar",
  tex: "application/x-tex",
  xml: "text/xml",
};

/**
 * The content type that MLflow gives a file by its name, which is what Python's `mimetypes.guess_type` says. Its table
 * depends on the machine: this one agrees for what people log.
 *
 * @see MLflow 3.17 `S3ArtifactRepository._upload_file`
 */
export function contentTypeOf(path: string): ContentType {
  const [rest, last] = splitEnding(expand(baseName(path)));
  const encoding = ENCODINGS[last];
  const ending = (encoding === undefined ? last : splitEnding(rest)[1]).toLowerCase();
  const type = Object.hasOwn(PYTHON, ending) ? PYTHON[ending] : ending && lookup(ending);
  return { type: type || undefined, encoding };
}

function expand(name: string): string {
  const [rest, ending] = splitEnding(name);
  return SUFFIXES[ending] === undefined ? name : `${rest}.${SUFFIXES[ending]}`;
}

/** As Python's `splitext`: a name's leading dots begin no ending. */
function splitEnding(name: string): [string, string] {
  const dot = name.lastIndexOf(".");
  return dot > 0 && /[^.]/.test(name.slice(0, dot))
    ? [name.slice(0, dot), name.slice(dot + 1)]
    : [name, ""];
}
