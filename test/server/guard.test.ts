import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { checkRequest, type GuardOptions } from "../../lib/server/guard.ts";

function check(
  method: string,
  headers: Record<string, string>,
  path = "/data/manifest.json",
  options: GuardOptions = {},
) {
  return (
    checkRequest({ method, headers } as unknown as IncomingMessage, path, options)?.status ?? 200
  );
}

describe("the Host header", () => {
  test.each([
    "localhost:5000",
    "127.0.0.1:5000",
    "[::1]:5000",
    "10.1.2.3",
    "192.168.0.7:80",
    "172.20.0.1",
    "0.0.0.0:5000",
  ])("%s is ours", (host) => {
    expect(check("GET", { host })).toBe(200);
  });

  test.each([
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example:5000",
    "172.32.0.1",
    "",
  ])("%j is a name that was rebound to us", (host) => {
    expect(check("GET", { host })).toBe(403);
  });

  test("an operator lists further names, with * for any part", () => {
    const options = { allowedHosts: ["*.lab.example", "box:8080"] };
    expect(check("GET", { host: "gpu1.lab.example:5000" }, "/", options)).toBe(200);
    expect(check("GET", { host: "box:8080" }, "/", options)).toBe(200);
    expect(check("GET", { host: "lab.example.evil" }, "/", options)).toBe(403);
    expect(check("GET", { host: "anything" }, "/", { allowedHosts: ["*"] })).toBe(200);
  });

  test.each(["/health", "/version"])("%s answers whoever asks", (path) => {
    expect(check("GET", { host: "probe.internal" }, path)).toBe(200);
  });
});

describe("the Origin header", () => {
  const host = "127.0.0.1:5000";

  test.each(["POST", "PUT", "PATCH", "DELETE"])("a foreign page cannot %s", (method) => {
    expect(check(method, { host, origin: "https://evil.example" })).toBe(403);
    expect(check(method, { host, origin: "null" })).toBe(403);
    expect(check(method, { host, origin: `http://${host}` })).toBe(200);
    expect(check(method, { host, origin: "http://localhost:3000" })).toBe(200);
    expect(check(method, { host })).toBe(200);
  });

  test("an operator lists further origins", () => {
    const options = { corsAllowedOrigins: ["https://lab.example"] };
    expect(check("POST", { host, origin: "https://lab.example" }, "/api", options)).toBe(200);
    expect(check("POST", { host, origin: "https://lab.example.evil" }, "/api", options)).toBe(403);
  });
});
