/** Some bytes of a file and how many there are in all. */
export interface FilePart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the whole file. */
  readonly total: number;
}

/**
 * Reads bytes of an artifact from `start` up to but without `end`; fewer at the end of the file.
 *
 * @throws Error with words for its reader; AbortError when `signal` aborts
 */
export async function readBytes(
  url: string,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<FilePart> {
  const response = await fetch(url, {
    headers: { range: `bytes=${start}-${end - 1}` },
    ...(signal && { signal }),
  });
  // An empty file, or one that has become shorter.
  if (response.status === 416) return { bytes: new Uint8Array(0), total: totalOf(response) ?? 0 };
  if (!response.ok) throw new Error(await reasonOf(response));
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.status === 206)
    return { bytes: body, total: totalOf(response) ?? start + body.length };
  // A host that knows no ranges sends the whole file.
  return { bytes: body.subarray(start, end), total: body.length };
}

/** Reads a whole file, if it is not larger than `most` bytes; undefined otherwise. */
export async function readWhole(
  url: string,
  most: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { bytes, total } = await readBytes(url, 0, most, signal);
  return bytes.length < total ? undefined : bytes;
}

function totalOf(response: Response): number | undefined {
  const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}

async function reasonOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  const said = (body as { message?: unknown } | null)?.message;
  return typeof said === "string" ? said : `The server answered ${response.status}`;
}
