import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { serve } from "../../lib/server/index.ts";
import { watchAnswers } from "../../lib/server/open-answers.ts";
import { makeTempFolder } from "../helpers/tree.ts";

test("a server that is stopped lets an upload end, however slow, and cuts streams of events off", async () => {
  const root = await makeTempFolder();
  const client = new MlrunsClient(root);
  const server = await serve(client, { port: 0 });
  const { info } = await client.createRun("0");
  const events = await fetch(`${server.url}/data/events`);
  const path = `/api/2.0/mlflow-artifacts/artifacts/0/${info.runId}/artifacts/slow.txt`;
  const upload = request(`${server.url}${path}`, { method: "PUT" });
  const status = new Promise((resolve, reject) => {
    upload.once("response", (answer) => resolve(answer.resume().statusCode)).once("error", reject);
  });
  upload.write("first half, ");
  await sleep(200);

  const stopped = server.close();
  await sleep(2_500);
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  upload.end("second half");
  expect(await status).toBe(200);
  await stopped;
  await expect(events.text()).rejects.toThrow();
  const artifacts = await client.openRunArtifacts(info.runId);
  expect((await artifacts.find("slow.txt"))?.fileSize).toBe("first half, second half".length);
});

test("a stop with nothing open is immediate, also when a client keeps its connection", async () => {
  const server = createServer((_request, response) => void response.end("OK"));
  const stop = watchAnswers(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`).then((a) => a.text());

  const begun = Date.now();
  await stop();
  expect(Date.now() - begun).toBeLessThan(1_000);
});

test("no upload is ended because it takes long", () => {
  const server = createServer();
  watchAnswers(server);

  expect(server.requestTimeout).toBe(0);
  expect(server.timeout).toBeGreaterThan(120_000);
});
