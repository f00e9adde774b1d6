import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ensureBuild, repoRoot } from "../../.ci/ensure.mjs";
import { MlrunsClient } from "../../lib/client/client.ts";
import { serve } from "../../lib/server/index.ts";
import type { RunningServer, ServeOptions } from "../../lib/server/serve.ts";
import type { Manifest, RunFile, RunsFile } from "../../lib/wire/data-files.ts";
import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

const CHURN = "802030357794687314";
const SWEEP_3 = "864f17062aa540dcbfc9aba1805c2e10";

async function start(root: string, options: ServeOptions = {}): Promise<RunningServer> {
  const client = new MlrunsClient(root, { followLinks: false });
  const server = await serve(client, { port: 0, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function json<Value>(server: RunningServer, path: string): Promise<Value> {
  const answer = await fetch(`${server.url}/${path}`);
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as Value;
}

/** Fetches an artifact of a run the way the viewer does. */
async function raw(
  server: RunningServer,
  runId: string,
  path: string,
  headers: Record<string, string> = {},
) {
  const { rawBase } = await json<Manifest>(server, DATA_PATH.manifest);
  return fetch(
    `${server.url}/${rawBase}/${runId}/${path.split("/").map(encodeURIComponent).join("/")}`,
    { headers },
  );
}

describe("the viewer's files", () => {
  test("a script is sent compressed to a browser that takes it, and plain to others", async () => {
    await ensureBuild();
    const viewerDir = join(repoRoot, "dist", "viewer");
    const { url } = await start(await makeTree("v3-basic"), { viewerDir });
    const [script = ""] = /assets\/[^"]+\.js/.exec(await (await fetch(url)).text()) ?? [];
    const packed = await fetch(`${url}/${script}`, { headers: { "Accept-Encoding": "gzip" } });
    const plain = await fetch(`${url}/${script}`, { headers: { "Accept-Encoding": "identity" } });

    expect(packed.headers.get("Content-Encoding")).toBe("gzip");
    expect(plain.headers.get("Content-Encoding")).toBeNull();
    expect(packed.headers.get("Content-Type")).toBe(plain.headers.get("Content-Type"));
    expect(packed.headers.get("Vary")).toContain("Accept-Encoding");
    expect(await packed.text()).toBe(await plain.text());
  });

  test("a file that another version has replaced is not found, and the server goes on", async () => {
    const viewerDir = await makeTempFolder();
    writeFileSync(join(viewerDir, "index.html"), "<head></head>");
    writeFileSync(join(viewerDir, "old.js"), "1");
    const { url } = await start(await makeTree("v3-basic"), { viewerDir });
    rmSync(join(viewerDir, "old.js"));

    expect((await fetch(`${url}/old.js`)).status).toBe(404);
    expect((await fetch(url)).status).toBe(200);
  });
});

describe("the viewer's page", () => {
  test("it has the manifest in it, whatever the title is, so that no request is needed for that", async () => {
    const viewerDir = await makeTempFolder();
    writeFileSync(join(viewerDir, "index.html"), "<head></head><body>the viewer</body>");
    const title = "</script><b>$&";
    const server = await start(await makeTree("v3-basic"), { viewerDir, title });
    const answer = await fetch(`${server.url}/`);
    const [page, manifest] = [
      await answer.text(),
      await json<Manifest>(server, DATA_PATH.manifest),
    ];
    const [before, inside = "", after] = page.split(/<script[^>]*>|<\/script>/);

    expect(before).toBe("<head>");
    expect(after).toBe("</head><body>the viewer</body>");
    expect({ ...JSON.parse(inside), readAt: 0 }).toEqual({ ...manifest, readAt: 0 });
    expect(manifest.title).toBe(title);
    expect(answer.headers.get("Content-Security-Policy")).toContain("script-src 'self';");
    expect(answer.headers.get("Cache-Control")).toBe("no-cache");
  });
});

describe("data files", () => {
  test("an answer is compressed, and not sent again when nothing changed", async () => {
    const server = await start(await makeTree("v3-basic"));
    const url = `${server.url}/${DATA_PATH.runs(CHURN)}`;
    const first = await fetch(url, { headers: { "Accept-Encoding": "br" } });
    const etag = first.headers.get("ETag") ?? "";

    expect(first.headers.get("Content-Encoding")).toBe("br");
    expect(((await first.json()) as RunsFile).total).toBe(5);
    expect((await fetch(url, { headers: { "If-None-Match": etag } })).status).toBe(304);
  });

  test("a history is read from the byte on that the reader has", async () => {
    const server = await start(await makeTree("v3-basic"));
    const url = `${server.url}/${DATA_PATH.historyText(SWEEP_3, "loss")}`;
    const whole = await (await fetch(url)).text();
    const rest = await fetch(url, { headers: { Range: "bytes=10-" } });

    expect(rest.status).toBe(206);
    expect(await rest.text()).toBe(whole.slice(10));
    expect(rest.headers.get("Content-Range")).toBe(`bytes 10-${whole.length - 1}/${whole.length}`);
    expect((await fetch(url, { headers: { Range: `bytes=${whole.length}-` } })).status).toBe(416);
  });

  test("what the tree does not have is a JSON 404", async () => {
    const server = await start(await makeTree("v3-basic"));
    const answer = await fetch(`${server.url}/${DATA_PATH.run("ffff")}`);

    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      error_code: "RESOURCE_DOES_NOT_EXIST",
      message: "Run 'ffff' not found",
    });
    expect((await fetch(`${server.url}/data/nothing.json`)).status).toBe(404);
  });

  test("a change by somebody else is announced and is in the next answer", async () => {
    const root = await makeTree("v3-basic");
    const server = await start(root);
    await json(server, DATA_PATH.runs(CHURN));
    const events = await fetch(`${server.url}/data/events`);
    const reader = (events.body as ReadableStream<Uint8Array>).getReader();
    onTestFinished(() => reader.cancel());
    appendFileSync(join(root, CHURN, SWEEP_3, "metrics", "loss"), "1795394539999 0.001 999\n");

    const decoder = new TextDecoder();
    let text = "";
    while (!text.includes(SWEEP_3)) {
      const { value, done } = await reader.read();
      expect(done).toBe(false);
      text += decoder.decode(value);
    }
    const { metrics } = await json<RunFile>(server, DATA_PATH.run(SWEEP_3));
    expect(metrics.find(({ key }) => key === "loss")).toMatchObject({ last: 0.001, step: 999 });
  });
});

describe("artifact bytes", () => {
  async function served(files: Readonly<Record<string, string>>): Promise<[RunningServer, string]> {
    const root = await makeTree("v3-basic");
    const folder = join(root, CHURN, SWEEP_3, "artifacts");
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return [await start(root), folder];
  }

  test("a file is served whole and by range, under any name", async () => {
    const [server] = await served({ "100% ä#?.txt": "0123456789", empty: "" });

    expect(await (await raw(server, SWEEP_3, "100% ä#?.txt")).text()).toBe("0123456789");
    const part = await raw(server, SWEEP_3, "100% ä#?.txt", { Range: "bytes=-3" });
    expect([part.status, await part.text()]).toEqual([206, "789"]);
    expect([
      (await raw(server, SWEEP_3, "empty")).status,
      (await raw(server, SWEEP_3, "nope")).status,
    ]).toEqual([200, 404]);
  });

  test("HTML and SVG carry a sandbox of their own, also in a tab of their own", async () => {
    const [server] = await served({ "report.html": "<script>1</script>", "x.svg": "<svg/>" });
    for (const name of ["report.html", "x.svg"]) {
      const policy =
        (await raw(server, SWEEP_3, name)).headers.get("Content-Security-Policy") ?? "";
      expect(policy).toMatch(/^sandbox allow-scripts; default-src 'none'/);
      expect(policy).not.toContain("allow-same-origin");
      expect(policy).toContain(`/${SWEEP_3}/`);
    }
  });

  test("types come from a fixed list: code is text, unknown bytes are a download", async () => {
    const [server] = await served({ "a.js": "1", "b.xhtml": "<x/>", "c.pkl": "x", "d.png": "x" });
    const typeOf = async (name: string) => {
      const { headers } = await raw(server, SWEEP_3, name);
      return [headers.get("Content-Type"), headers.get("Content-Disposition")?.split(";")[0]];
    };

    expect(await typeOf("a.js")).toEqual(["text/plain; charset=utf-8", "inline"]);
    expect(await typeOf("b.xhtml")).toEqual(["application/octet-stream", "attachment"]);
    expect(await typeOf("c.pkl")).toEqual(["application/octet-stream", "attachment"]);
    expect(await typeOf("d.png")).toEqual(["image/png", "inline"]);
  });

  test("without the segment that only the page knows nothing is served", async () => {
    const [server] = await served({ "a.txt": "x" });

    expect((await fetch(`${server.url}/raw/guess/${SWEEP_3}/a.txt`)).status).toBe(404);
  });

  test.each(["..%2f..%2fmeta.yaml", "%2e%2e/meta.yaml", "..%5cmeta.yaml"])(
    "the path %s does not leave the artifacts",
    async (path) => {
      const [server] = await served({ "a.txt": "x" });
      const { rawBase } = await json<Manifest>(server, DATA_PATH.manifest);

      // By hand: fetch would tidy the path before it sends it.
      const status = await statusOf(server.port, `/${rawBase}/${SWEEP_3}/${path}`);
      expect([400, 404]).toContain(status);
    },
  );

  test("a link that leads out of the artifacts is refused", async () => {
    const [server, folder] = await served({});
    symlinkSync(join(folder, "..", "meta.yaml"), join(folder, "link"));

    expect((await raw(server, SWEEP_3, "link")).status).toBe(400);
  });
});

describe("the server", () => {
  test("every answer carries the security headers", async () => {
    const server = await start(await makeTree("v3-basic"));
    for (const path of ["/health", "/data/manifest.json", "/nope"]) {
      const { headers } = await fetch(server.url + path);
      expect(headers.get("X-Content-Type-Options"), path).toBe("nosniff");
      expect(headers.get("X-Frame-Options"), path).toBe("SAMEORIGIN");
    }
  });

  test("a taken port is an error that says what to do, or moves on to the next", async () => {
    const root = await makeTree("v3-basic");
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };

    await expect(start(root, { port })).rejects.toThrow(
      expect.objectContaining({
        message: `Port ${port} is taken.`,
        hint: expect.stringContaining("--port"),
      }),
    );
    expect((await start(root, { port, movesOn: true })).port).toBeGreaterThan(port);
  });

  test("below a prefix everything works, and outside of it nothing", async () => {
    const server = await start(await makeTree("v3-basic"), { staticPrefix: "/lab/runs" });

    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${server.port}/health`)).status).toBe(404);
  });

  test.each(["", "/lab/runs"])(
    "a client whose tracking URI '%s/' ends with a slash is understood",
    async (staticPrefix) => {
      const { url } = await start(await makeTree("v3-basic"), { staticPrefix });
      const get = await fetch(`${url}//api/2.0/mlflow/experiments/get?experiment_id=${CHURN}`);
      const post = await fetch(`${url}//api/2.0/mlflow/runs/search`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ experiment_ids: [] }),
      });

      expect([get.status, await get.json()]).toEqual([
        200,
        { experiment: expect.objectContaining({ experiment_id: CHURN }) },
      ]);
      expect([post.status, await post.json()]).toEqual([200, {}]);
      expect(await (await fetch(`${url}//health`)).text()).toBe("OK");
    },
  );

  test("looking at a tree changes nothing in it", async () => {
    const root = await makeTree("v3-edge");
    const before = readdirSync(root, { recursive: true }).sort();
    const server = await start(root);
    await json(server, DATA_PATH.experiments);
    await json(server, DATA_PATH.tree);

    expect(readdirSync(root, { recursive: true }).sort()).toEqual(before);
  });

  test("an empty folder is served as an empty tree", async () => {
    const server = await start(await makeTempFolder(), { readOnly: true });

    expect(await json(server, DATA_PATH.experiments)).toEqual({ experiments: [] });
  });
});

/** The status of a GET whose path is sent as it is. */
function statusOf(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`),
    );
    let text = "";
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("end", () => resolve(Number(text.split(" ")[1])));
    socket.on("error", reject);
  });
}
