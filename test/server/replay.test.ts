import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { repoRoot } from "../helpers/paths.ts";
import { listen, makeApi } from "./api-client.ts";

const run = promisify(execFile);
const traffic = join(repoRoot, "fixtures", "rest-traffic");

test.each([
  ["3.17", 431],
  ["2.22", 325],
])(
  "all that a client %s asked MLflow's server is answered alike on a fresh tree",
  async (client, count) => {
    const { app } = await makeApi();
    const url = await listen(app);

    const replay = [join(traffic, "replay.mjs"), url, join(traffic, `client-${client}.jsonl`)];
    const { stdout } = await run(process.execPath, replay).catch((error) => error);

    expect(stdout).toContain(`${count} requests replayed, ${count} answered alike`);
  },
);
