import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureClouds } from "../../.ci/ensure-stores.mjs";
import { inTempFolder, timeRow } from "./measure.mjs";

/** `BENCH_OBJECTS=1000000` is the size that the goal is for. */
const OBJECTS = Number(process.env.BENCH_OBJECTS ?? 100_000);
const PAGE = 1_000;
const GOAL_MIB = 1_000;
const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** Memory of planning a pull of very many objects, from a server that only lists. */
export async function run() {
  const python = await ensureClouds();
  const server = createServer(({ url }, response) => {
    const token = new URL(url ?? "", "http://x").searchParams.get("continuation-token");
    response.setHeader("content-type", "application/xml").end(page(Number(token ?? 0)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  try {
    return await inTempFolder(async (folder) => {
      const env = {
        ...process.env,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        MLFLOW_S3_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        MLRUNS_CACHE_DIR: join(folder, "cache"),
      };
      const command = [cli, "pull", "s3://bench/many", join(folder, "to"), "--dry-run", "--json"];
      const args = ["-c", PEAK, process.execPath, ...command];
      const { stdout } = await promisify(execFile)(python, args, { env });
      const { memory, files } = JSON.parse(stdout);
      if (files !== OBJECTS) throw new Error(`${files} files were planned`);
      const what = `plan a pull of ${OBJECTS} objects: peak memory`;
      return [timeRow(what, memory, "the most that may be", GOAL_MIB, 1, "MiB")];
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** @param {number} start */
function page(start) {
  const contents = [];
  for (let i = start; i < Math.min(start + PAGE, OBJECTS); i++) {
    const name = String(i).padStart(9, "0");
    const md5 = createHash("md5").update(name).digest("hex");
    contents.push(
      `<Contents><Key>many/folder${name.slice(0, 6)}/artifact-${name}.bin</Key>` +
        `<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;${md5}&quot;</ETag>` +
        "<Size>4096</Size><StorageClass>STANDARD</StorageClass></Contents>",
    );
  }
  const next = start + PAGE;
  const more =
    next < OBJECTS
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`
      : "<IsTruncated>false</IsTruncated>";
  return `<ListBucketResult>${more}${contents.join("")}</ListBucketResult>`;
}

const PEAK = `
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
if done.returncode != 0:
    sys.exit(done.stderr.decode()[-2000:])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps({"memory": peak, "files": json.loads(done.stdout)["copied"]["files"]}))
`;
