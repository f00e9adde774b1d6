import { invalidParameter } from "../errors.ts";

/** A bucket (or container, or filesystem) and the path in it, without slashes around. */
export interface BucketPlace {
  readonly bucket: string;
  readonly prefix: string;
}

export interface AzurePlace extends BucketPlace {
  /** Undefined for `azure://container/path`, which takes the account from the environment. */
  readonly account: string | undefined;
  /** Such as `core.windows.net`. */
  readonly domain: string;
}

/**
 * Takes `s3://bucket/path` or `gs://bucket/path` apart. Query and fragment are dropped, as MLflow's parser does.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 */
export function parseBucketUri(uri: string): BucketPlace {
  const { authority, path } = split(uri);
  if (authority === "" || /[@\s]/.test(authority)) {
    throw invalidParameter(`Invalid artifact URI '${uri}': it names no bucket.`, {
      hint: "It looks like s3://bucket/path.",
    });
  }
  return { bucket: authority, prefix: path };
}

/**
 * Takes the URI of an Azure container apart: MLflow's `wasbs://container@account.blob.core.windows.net/path` and
 * `abfss://filesystem@account.dfs.core.windows.net/path`, or our own input form `azure://container/path`.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 */
export function parseAzureUri(uri: string): AzurePlace {
  const { scheme, authority, path } = split(uri);
  if (scheme === "azure") {
    return { ...parseBucketUri(uri), account: undefined, domain: "core.windows.net" };
  }
  const service = scheme === "abfss" ? "dfs" : "blob";
  const match = new RegExp(
    `^([^@]+)@([^.]+)\\.${service}\\.(core\\.(?:windows\\.net|chinacloudapi\\.cn|usgovcloudapi\\.net))$`,
  ).exec(authority);
  if (!match) {
    const form = `${scheme}://<container>@<account>.${service}.core.windows.net/<path>`;
    throw invalidParameter(`Invalid artifact URI '${uri}': it must be of the form ${form}`);
  }
  const [, bucket = "", account = "", domain = ""] = match;
  // MLflow decodes the path of abfss:// only.
  const prefix = scheme === "abfss" ? trim(decode(path)) : path;
  return { bucket, account, domain, prefix };
}

/** The scheme of a URI in lower case, with its colon; undefined for a path of this machine. */
export function schemeOf(uri: string): string | undefined {
  return /^([a-zA-Z][a-zA-Z0-9+.-]+:)\/\//.exec(uri)?.[1]?.toLowerCase();
}

function split(uri: string): { scheme: string; authority: string; path: string } {
  const match = /^([a-zA-Z0-9+.-]+):\/\/([^/?#]*)([^?#]*)/.exec(uri);
  const [, scheme = "", authority = "", path = ""] = match ?? [];
  return { scheme: scheme.toLowerCase(), authority, path: trim(path) };
}

function trim(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
