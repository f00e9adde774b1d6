import { rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { useProxiedStore } from "../../helpers/proxied-store.ts";

const place = useProxiedStore();
beforeEach(async () => {
  for (const name of ["a", "b"]) await writeFile(join(place.from, name), name);
});

function isPutOf(path: string, { method, url }: IncomingMessage): boolean {
  return method === "PUT" && (url?.split("?")[0]?.endsWith(path) ?? false);
}

test.each([
  [403, "AccessDenied", "PERMISSION_DENIED", "Refused"],
  [
    403,
    "RequestTimeTooSkewed",
    "PERMISSION_DENIED",
    "Refused; this machine's clock is too far from the store's: set it",
  ],
  [
    403,
    "InvalidObjectState",
    "PERMISSION_DENIED",
    "Refused; the object is archived: the store has to restore it first",
  ],
])(
  "a refusal by %i %s is told by status, code and words",
  async (status, code, errorCode, said) => {
    place.proxy.choose = (request) => (isPutOf("/b", request) ? { status, code } : undefined);

    const key = `${place.uri.replace("s3://", "")}/b`;
    const message = `Failed to write s3://${key}: ${said} (${status} ${code})`;
    expect((await syncArtifacts(place.from, place.uri)).failures).toEqual([
      { path: "b", op: "copy", errorCode, status, code, message, attempts: 1 },
    ]);
  },
);

test("a store that gives no answer has no status; a file that is gone has the system's code", async () => {
  place.proxy.choose = (request) => {
    if (!isPutOf("/a", request)) return undefined;
    rmSync(join(place.from, "b"), { force: true });
    return "reset before the server saw it";
  };
  const { failures } = await syncArtifacts(place.from, place.uri, { concurrency: 1, maxErrors: 2 });

  expect(failures).toMatchObject([
    { path: "a", errorCode: "TEMPORARILY_UNAVAILABLE", status: null, attempts: 4 },
    { path: "b", errorCode: "RESOURCE_DOES_NOT_EXIST", status: null, code: "ENOENT", attempts: 1 },
  ]);
}, 60_000);
