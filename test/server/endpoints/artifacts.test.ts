import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { type ClientRequest, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { makeTempFolder } from "../../helpers/tree.ts";
import { listen, makeApi, type TestApi } from "../api-client.ts";

const PROXY = "/api/2.0/mlflow-artifacts/artifacts";

/** A run with the path of its artifacts at the proxy and on disk. */
async function startRun(api: TestApi): Promise<{ id: string; path: string; folder: string }> {
  const { run } = (await api.post("runs/create", {})).json;
  const id = run.info.run_id;
  return {
    id,
    path: `${PROXY}/0/${id}/artifacts`,
    folder: join(api.root, "0", id, "artifacts"),
  };
}

describe("the artifact proxy", () => {
  test("what is put lies in the tree, and comes back with its type and name", async () => {
    const api = await makeApi();
    const { path, folder } = await startRun(api);

    const put = await api.send("PUT", `${path}/n/a%20b.json`, '{"not": "parsed"}', {
      "content-type": "application/json",
    });
    const got = await api.get(`${path}/n/a%20b.json`);

    expect([put.status, put.text]).toEqual([200, ""]);
    expect(await readFile(join(folder, "n", "a b.json"), "utf8")).toBe('{"not": "parsed"}');
    expect(got.text).toBe('{"not": "parsed"}');
    expect(Object.fromEntries(got.headers)).toMatchObject({
      "content-type": "text/plain",
      "content-disposition": 'attachment; filename="a b.json"',
      "content-length": "17",
      "x-content-type-options": "nosniff",
    });
  });

  test("a listing has base names, and sizes of files only; what is no folder has none", async () => {
    const api = await makeApi();
    const { id, path } = await startRun(api);
    await api.send("PUT", `${path}/n/a.txt`, "abc");
    await api.send("PUT", `${path}/n/o/b.txt`, "b");
    const list = async (folder: string) =>
      (await api.get(`${PROXY}?path=0/${id}/artifacts/${folder}`)).json;

    expect(await list("n")).toEqual({
      files: [
        { path: "a.txt", is_dir: false, file_size: 3 },
        { path: "o", is_dir: true },
      ],
    });
    expect(await list("n/a.txt")).toEqual({});
    expect(await list("nope")).toEqual({});
  });

  test("a run's own listing has paths from its root", async () => {
    const api = await makeApi();
    const { id, path } = await startRun(api);
    await api.send("PUT", `${path}/n/a.txt`, "abc");

    expect((await api.get(`artifacts/list?run_id=${id}&path=n`)).json).toEqual({
      root_uri: `mlflow-artifacts:/0/${id}/artifacts`,
      files: [{ path: "n/a.txt", is_dir: false, file_size: 3 }],
    });
  });

  test("a file, a folder and what is not there can be deleted", async () => {
    const api = await makeApi();
    const { path, folder } = await startRun(api);
    await api.send("PUT", `${path}/a.txt`, "a");
    await api.send("PUT", `${path}/n/b.txt`, "b");

    for (const name of ["a.txt", "n", "nope"]) {
      expect((await api.send("DELETE", `${path}/${name}`)).json).toEqual({});
    }
    expect(readdirSync(folder)).toEqual([]);
    expect((await api.get(`${path}/a.txt`)).json).toMatchObject({
      error_code: "RESOURCE_DOES_NOT_EXIST",
    });
  });

  test("a folder is no file to fetch, and no file to be written over", async () => {
    const api = await makeApi();
    const { path } = await startRun(api);
    await api.send("PUT", `${path}/n/a.txt`, "a");

    expect((await api.get(`${path}/n`)).status).toBe(400);
    expect((await api.send("PUT", `${path}/n`, "x")).status).toBe(409);
    expect((await api.send("PUT", `${path}/n/a.txt/b`, "x")).status).toBe(409);
  });

  test.each([
    "../x",
    "a/../../x",
    "%2e%2e/x",
    "%252e%252e%252fx",
    "a%5C..%5Cx",
    "%2Fetc%2Fpasswd",
    "x%23y",
    "C:%5Cx",
    "C%3A/x",
    "file:%2F%2F%2Fetc%2Fpasswd",
    "%00",
  ])("the path %s is refused", async (name) => {
    const api = await makeApi();
    const { folder } = await startRun(api);
    await writeFile(join(folder, "..", "x"), "secret");

    // As one segment: URLs with `..` between slashes are made shorter before they are sent.
    const segment = `0%2F${name.replaceAll("/", "%2F")}`;
    const answers = [
      await api.get(`${PROXY}?path=${name}`),
      await api.send("PUT", `${PROXY}/${segment}`, "evil"),
      await api.get(`${PROXY}/${segment}`),
      await api.send("DELETE", `${PROXY}/${segment}`),
    ];

    const [first, ...others] = answers;
    expect([first?.status, first?.json]).toEqual([
      400,
      { error_code: "INVALID_PARAMETER_VALUE", message: "Invalid path" },
    ]);
    if (!/^(%2F|C|file)/.test(name)) {
      expect(others.map(({ status }) => status)).toEqual([400, 400, 400]);
    }
  });

  test("a link that leads out of a run's artifacts is not followed", async () => {
    const api = await makeApi();
    const { path, folder } = await startRun(api);
    await writeFile(join(folder, "..", "secret"), "secret");
    await symlink(join(folder, "..", "secret"), join(folder, "link"));

    expect((await api.get(`${path}/link`)).status).toBe(400);
  });

  test("what belongs to no run lies beside the tree, as with mlflow server", async () => {
    const api = await makeApi();
    await api.send("PUT", `${PROXY}/loose/a.txt`, "a");

    expect(await readFile(join(api.root, "..", "mlartifacts", "loose", "a.txt"), "utf8")).toBe("a");
    expect((await api.get(`${PROXY}/loose/a.txt`)).text).toBe("a");
    expect(readdirSync(api.root)).not.toContain("loose");
  });

  test("ranges are served, and only of the file that was begun", async () => {
    const api = await makeApi();
    const { path } = await startRun(api);
    await api.send("PUT", `${path}/a.txt`, "0123456789");
    const ask = async (headers: Record<string, string>) => {
      const {
        status,
        text,
        headers: got,
      } = await api.send("GET", `${path}/a.txt`, undefined, headers);
      return [status, text, got.get("content-range")];
    };
    const etag = (await api.get(`${path}/a.txt`)).headers.get("etag") ?? "";

    expect(await ask({ range: "bytes=2-4" })).toEqual([206, "234", "bytes 2-4/10"]);
    expect(await ask({ range: "bytes=8-" })).toEqual([206, "89", "bytes 8-9/10"]);
    expect(await ask({ range: "bytes=-3" })).toEqual([206, "789", "bytes 7-9/10"]);
    expect(await ask({ range: "bytes=5-99" })).toEqual([206, "56789", "bytes 5-9/10"]);
    expect(await ask({ range: "bytes=10-" })).toEqual([416, "", "bytes */10"]);
    expect(await ask({ range: "bytes=1-2", "if-range": etag })).toEqual([
      206,
      "12",
      "bytes 1-2/10",
    ]);
    expect(await ask({ range: "bytes=1-2", "if-range": '"other"' })).toEqual([
      200,
      "0123456789",
      null,
    ]);
    expect(await ask({ "if-none-match": etag })).toEqual([304, "", null]);
  });

  test("uploads in parts and presigned URLs are not offered, and clients are told so", async () => {
    const api = await makeApi();
    const { id, path } = await startRun(api);
    const target = path.replace(`${PROXY}/`, "");

    // MLflow's client goes on with a PUT when the message begins so.
    for (const step of ["create", "complete", "abort"]) {
      const fields = { path: "a", num_parts: 2, upload_id: "u", parts: [] };
      const answer = await api.post(`/api/2.0/mlflow-artifacts/mpu/${step}/${target}/a`, fields);
      expect([answer.status, answer.json]).toEqual([
        501,
        {
          error_code: "NOT_IMPLEMENTED",
          message: "Multipart upload is not supported for the current artifact repository",
        },
      ]);
    }
    expect((await api.post(`/api/2.0/mlflow-artifacts/mpu/create/${target}`, {})).status).toBe(400);
    expect((await api.get(`/api/2.0/mlflow-artifacts/presigned/${target}/a`)).status).toBe(501);
    expect(
      (await api.post("artifacts/presigned-upload-url", { run_id: id, path: "a" })).status,
    ).toBe(400);
  });
});

describe("uploads over a socket", () => {
  async function open(): Promise<{ url: string; folder: string; path: string }> {
    const api = await makeApi();
    const { path, folder } = await startRun(api);
    return { url: await listen(api.app), folder, path };
  }

  function put(url: string, headers: Record<string, string> = {}): ClientRequest {
    const sent = request(url, { method: "PUT", headers });
    sent.on("error", () => undefined);
    return sent;
  }

  const statusOf = (sent: ClientRequest): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      sent.on("response", (response) => resolve(response.resume().statusCode));
      sent.on("error", reject);
    });

  test("a chunked upload of 64 MB arrives whole and does not fill the memory", async () => {
    const { url, folder, path } = await open();
    const chunk = Buffer.alloc(1024 * 1024, "mlruns");
    const hash = createHash("sha256");
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;

    const sent = put(`${url}${path}/large.bin`, { "transfer-encoding": "chunked" });
    const status = statusOf(sent);
    for (let i = 0; i < 64; i++) {
      hash.update(chunk);
      if (!sent.write(chunk)) await new Promise((resolve) => sent.once("drain", resolve));
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }
    sent.end();

    expect(await status).toBe(200);
    const arrived = createHash("sha256").update(await readFile(join(folder, "large.bin")));
    expect(arrived.digest("hex")).toBe(hash.digest("hex"));
    expect(peak).toBeLessThan(48 * 1024 * 1024);
  });

  test("a client that waits for 100 Continue is let go on", async () => {
    const { url, folder, path } = await open();
    const sent = put(`${url}${path}/a.txt`, { expect: "100-continue", "content-length": "2" });
    const status = statusOf(sent);
    sent.on("continue", () => sent.end("ok"));
    sent.flushHeaders();

    expect(await status).toBe(200);
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("ok");
  });

  test.each([
    ["in chunks", "transfer-encoding: chunked\r\n\r\n5\r\nhalf \r\n"],
    ["of a known length", "content-length: 100\r\n\r\nhalf of it"],
  ])("an upload %s that breaks off leaves what was there, and nothing else", async (_, rest) => {
    const { url, folder, path } = await open();
    await fetch(`${url}${path}/a.txt`, { method: "PUT", body: "before" });

    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write(`PUT ${path}/a.txt HTTP/1.1\r\nhost: localhost\r\n${rest}`);
    await until(() => readdirSync(folder).length === 2);
    socket.destroy();
    await until(() => readdirSync(folder).length === 1);

    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("before");
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  test("many uploads at once do not disturb each other", async () => {
    const { url, folder, path } = await open();
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        fetch(`${url}${path}/n/${i % 8}.txt`, { method: "PUT", body: `content ${i % 8}` }),
      ),
    );
    expect(readdirSync(join(folder, "n")).sort()).toEqual(
      Array.from({ length: 8 }, (_, i) => `${i}.txt`),
    );
    expect(await readFile(join(folder, "n", "3.txt"), "utf8")).toBe("content 3");
  });
});

describe("where clients are told that artifacts are", () => {
  const wanted = (id: string) => `mlflow-artifacts:/1/${id}/artifacts`;

  test.each([
    ["an absolute path of another machine", (id: string) => `/home/me/mlruns/1/${id}/artifacts`],
    ["a file URI of where the tree lay", (id: string) => `file:///old/mlruns/1/${id}/artifacts`],
    ["a relative path", (id: string) => `mlruns/1/${id}/artifacts`],
    ["nothing", () => ""],
  ])("a run that records %s is told the proxy's location", async (_, uri) => {
    const { api, id } = await withRun(uri);
    expect((await api.get(`runs/get?run_id=${id}`)).json.run.info.artifact_uri).toBe(wanted(id));
  });

  test("a run whose artifacts are in another store is told where", async () => {
    const { api, id } = await withRun((runId) => `s3://bucket/1/${runId}/artifacts`);
    const { run } = (await api.get(`runs/get?run_id=${id}`)).json;
    expect(run.info.artifact_uri).toBe(`s3://bucket/1/${id}/artifacts`);
  });

  test("a tree of mlflow server finds what that server kept in mlartifacts", async () => {
    const { api, id } = await withRun((runId) => `mlflow-artifacts:/1/${runId}/artifacts`);
    const kept = join(api.root, "..", "mlartifacts", "1", id, "artifacts");
    await mkdir(kept, { recursive: true });
    await writeFile(join(kept, "a.txt"), "kept");

    expect((await api.get(`${PROXY}/1/${id}/artifacts/a.txt`)).text).toBe("kept");
    expect((await api.get(`artifacts/list?run_id=${id}`)).json.files).toEqual([
      { path: "a.txt", is_dir: false, file_size: 4 },
    ]);
  });

  test("an artifact root of the operator is where new experiments are told to write", async () => {
    const artifactsRoot = join(await makeTempFolder(), "elsewhere");
    const api = await makeApi({ artifactsRoot });
    const { experiment_id: id } = (await api.post("experiments/create", { name: "e" })).json;
    const { run } = (await api.post("runs/create", { experiment_id: id })).json;
    const folder = `${artifactsRoot}/${id}/${run.info.run_id}/artifacts`;

    const { experiment } = (await api.get(`experiments/get?experiment_id=${id}`)).json;
    expect(experiment.artifact_location).toBe(`${artifactsRoot}/${id}`);
    expect(run.info.artifact_uri).toBe(folder);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "a.txt"), "direct");
    expect((await api.get(`artifacts/list?run_id=${run.info.run_id}`)).json.files).toEqual([
      { path: "a.txt", is_dir: false, file_size: 6 },
    ]);
  });

  test("an artifact root that the server serves is hidden behind it", async () => {
    const artifactsRoot = join(await makeTempFolder(), "store");
    const api = await makeApi({ artifactsRoot, proxyArtifactsRoot: true });
    const { experiment_id: id } = (await api.post("experiments/create", { name: "e" })).json;
    const { run } = (await api.post("runs/create", { experiment_id: id })).json;
    const runId = run.info.run_id;

    expect(run.info.artifact_uri).toBe(`mlflow-artifacts:/${id}/${runId}/artifacts`);
    await api.send("PUT", `${PROXY}/${id}/${runId}/artifacts/a.txt`, "a");
    expect(existsSync(join(artifactsRoot, id, runId, "artifacts", "a.txt"))).toBe(true);
  });

  async function withRun(uri: (runId: string) => string): Promise<{ api: TestApi; id: string }> {
    const root = join(await makeTempFolder(), "mlruns");
    const id = "0123456789abcdef0123456789abcdef";
    const folder = join(root, "1", id);
    for (const name of ["metrics", "params", "tags", "artifacts"]) {
      await mkdir(join(folder, name), { recursive: true });
    }
    await writeFile(
      join(root, "1", "meta.yaml"),
      "artifact_location: mlruns/1\nexperiment_id: '1'\nlifecycle_stage: active\nname: one\n",
    );
    await writeFile(
      join(folder, "meta.yaml"),
      [
        `artifact_uri: '${uri(id)}'`,
        "end_time: null",
        "experiment_id: '1'",
        "lifecycle_stage: active",
        `run_id: ${id}`,
        "run_name: r",
        `run_uuid: ${id}`,
        "start_time: 1700000000000",
        "status: 1",
        "user_id: u",
        "",
      ].join("\n"),
    );
    return { api: await makeApi({}, root), id };
  }
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await sleep(25);
  expect(condition()).toBe(true);
}

test("a file that a logged model does not have is named by its whole path, as in MLflow", async () => {
  const api = await makeApi();
  const { model } = (await api.post("logged-models", { experiment_id: "0", name: "net" })).json;
  const id = model.info.model_id;
  await api.client
    .openModelArtifacts(id)
    .then((files) => files.write("a/b.txt", Readable.from(["x"])));
  const ask = (path: string) =>
    api.get(`/ajax-api/2.0/mlflow/logged-models/${id}/artifacts/files?artifact_file_path=${path}`);

  expect((await ask("a/b.txt")).text).toBe("x");
  expect(await ask("a/c.txt")).toMatchObject({
    status: 404,
    json: { message: `No such artifact: '0/models/${id}/artifacts/a/c.txt'` },
  });
});
