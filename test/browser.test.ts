import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { openPage } from "./helpers/browser.ts";
import { afterUse } from "./helpers/cleanup.ts";

const POLICY = "default-src 'self'";

// A check of the checker: a page test that cannot fail proves nothing.
test.each([
  ["an error on the console", "<script>console.error('boom')</script>", undefined, /boom/],
  ["an uncaught error", "<script>null.boom</script>", undefined, /uncaught: TypeError/],
  ["a script that the policy forbids", "<script>1</script>", POLICY, /Content Security Policy/],
  ["a missing file", "<img src='/gone.png'>", undefined, /404 .*gone\.png/],
  [
    "a request to another host",
    "<img src='http://example.org/x.png'>",
    undefined,
    /foreign request: http:\/\/example\.org\/x\.png/,
  ],
])("%s is a problem of the page", async (_, html, policy, problem) => {
  const { problems } = await openPage(await site(html, policy), { allow: /ERR_NAME_NOT_RESOLVED/ });

  await expect.poll(() => problems).toEqual([expect.stringMatching(problem)]);
  problems.length = 0;
});

test("a page without problems has none", async () => {
  const { page, problems } = await openPage(await site("<p>hello</p>", POLICY));

  expect(await page.textContent("p")).toBe("hello");
  expect(problems).toEqual([]);
});

test("a problem that a test provokes on purpose can be allowed", async () => {
  const url = await site("<script>console.error('boom')</script><p>hello</p>");
  const { page, problems } = await openPage(url, { allow: /boom/ });

  expect(await page.textContent("p")).toBe("hello");
  expect(problems).toEqual([]);
});

async function site(html: string, policy = "default-src * 'unsafe-inline'"): Promise<string> {
  const server = createServer((request, response) => {
    const found = request.url === "/" || request.url === "/favicon.ico";
    response.writeHead(found ? 200 : 404, {
      "content-type": "text/html",
      "content-security-policy": policy,
    });
    response.end(request.url === "/" ? html : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(() => new Promise((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
