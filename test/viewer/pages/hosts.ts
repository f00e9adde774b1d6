import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sirv from "sirv";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { type SiteOptions, writeSite } from "../../../lib/site/write.ts";
import { afterUse } from "../../helpers/cleanup.ts";
import { repoRoot } from "../../helpers/paths.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

export interface Host {
  readonly name: string;
  /** Ends with `/`. */
  readonly url: string;
  /** Requests that were answered with an error, so far. Only a static host counts them. */
  readonly failed: readonly string[];
}

/** Exports a tree with all its artifacts. Returns the folder. */
export async function exportSite(root: string, options: SiteOptions = {}): Promise<string> {
  const folder = join(await makeTempFolder(), "site");
  const viewerDir = join(repoRoot, "dist", "viewer");
  await writeSite(new MlrunsClient(root), folder, {
    viewerDir,
    artifacts: "all",
    keepEnvironment: true,
    ...options,
  });
  return folder;
}

/** A static host that knows nothing of the viewer and has the folder below a path such as `/` or `/a/b/`. */
export async function hostFolder(folder: string, path = "/"): Promise<Host> {
  const failed: string[] = [];
  const files = sirv(folder, { dev: true, dotfiles: true });
  const server = createServer((request, response) => {
    response.once("finish", () => {
      if (response.statusCode >= 400) failed.push(`${response.statusCode} ${request.url}`);
    });
    if (request.url?.startsWith(path) !== true) {
      response.writeHead(404).end();
      return;
    }
    request.url = request.url.slice(path.length - 1);
    files(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { name: `a static host at ${path}`, url: `http://127.0.0.1:${port}${path}`, failed };
}

/** The tree on the live server, which lets nobody edit it either, on a static host, and on one that has it below a path. */
export async function hostEverywhere(root: string): Promise<readonly [Host, Host, Host]> {
  const folder = await exportSite(root);
  const { url } = await serve(root, { args: ["--read-only"] });
  return [
    { name: "the live server", url: `${url}/`, failed: [] },
    await hostFolder(folder),
    await hostFolder(folder, "/a/b/"),
  ];
}
