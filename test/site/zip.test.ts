import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { writeSite } from "../../lib/site/write.ts";
import { writeSiteZip } from "../../lib/site/zip.ts";
import { folderBytes } from "../helpers/folder-bytes.ts";
import { runPython } from "../helpers/python.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

test("a zip unpacks to the site, byte by byte, and is the same each time", async () => {
  const client = new MlrunsClient(await makeTree("v2-basic"));
  const viewerDir = await makeTempFolder();
  writeFileSync(join(viewerDir, "index.html"), "<html><head></head><body></body></html>");
  const folder = await makeTempFolder();
  await writeSite(client, join(folder, "site"), { viewerDir });
  for (const name of ["a.zip", "b.zip"])
    await writeSiteZip(client, join(folder, name), { viewerDir });
  const unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
  await runPython(unpack, { args: [join(folder, "a.zip"), join(folder, "unpacked")] });

  expect(await folderBytes(join(folder, "unpacked"))).toEqual(
    await folderBytes(join(folder, "site")),
  );
  expect(readFileSync(join(folder, "a.zip")).equals(readFileSync(join(folder, "b.zip")))).toBe(
    true,
  );
  expect(readdirSync(folder).sort()).toEqual(["a.zip", "b.zip", "site", "unpacked"]);
});
