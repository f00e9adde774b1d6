import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { EXPERIMENT_ID, makeRunTree, RUN_ID } from "./run-tree.ts";

const ARTIFACTS = `#/experiments/${EXPERIMENT_ID}/runs/${RUN_ID}/artifacts`;

/** The smallest PNG there is: one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=",
  "base64",
);

async function open(
  files: Record<string, string | Uint8Array>,
  path: string,
  allow?: RegExp,
): Promise<Page> {
  const prefixed = Object.fromEntries(
    Object.entries(files).map(([name, c]) => [`artifacts/${name}`, c]),
  );
  const server = await serve(await makeRunTree(prefixed));
  const { page } = await openPage(`${server.url}/${ARTIFACTS}${path}`, allow && { allow });
  return page;
}

test("one walks through the files by keyboard, each with an address of its own", async () => {
  const page = await open(
    {
      "b.txt": "second\n",
      "a/one.txt": "first\n",
      "a/deep/x.json": '{"k": [1, 2]}',
      "pic.png": PIXEL,
    },
    "/a/one.txt",
  );

  await page.getByText("first").waitFor();
  await page.keyboard.press("j");
  await page.getByText("second").waitFor();
  expect(decodeURIComponent(new URL(page.url()).hash)).toBe(`${ARTIFACTS}/b.txt`);
  await page.keyboard.press("j");
  await page.getByText("1 × 1 px").waitFor();
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.getByText("first").waitFor();
});

test("the list of files is made wider by mouse or keyboard, and stays so", async () => {
  const page = await open({ "b.txt": "second\n" }, "/b.txt");
  const handle = page.getByRole("separator", { name: "Width of the list of files" });
  await handle.focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  const width = async (): Promise<number> =>
    (await page.locator(".artifact-tree").boundingBox())?.width ?? 0;
  expect(await width()).toBe(320);

  await handle.hover();
  await page.mouse.down();
  await page.mouse.move(500, 300);
  await page.mouse.up();
  const dragged = await width();
  expect(dragged).not.toBe(320);
  await page.reload();
  await page.getByText("second").waitFor();

  expect(await width()).toBe(dragged);
  await handle.dblclick();
  expect(await width()).toBe(272);
});

test("names with spaces, signs and percent escapes open and download", async () => {
  const name = "a b%20c#d?é.txt";
  const page = await open(
    { [`odd names/${name}`]: "odd\n" },
    `/odd%20names/${encodeURIComponent(name)}`,
  );

  await page.locator(".text-code", { hasText: "odd" }).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^a b%20c/);
});

test("a hostile report runs in its sandbox: no parent, no storage, no network, but its own images", async () => {
  const report = `<!doctype html><img id="own" src="plot.png"><pre id="out">waiting</pre><script>
    const said = [];
    const attempt = (name, act) => { try { act(); said.push(name + " done"); } catch (error) { said.push(name + " " + error.name); } };
    attempt("parent", () => parent.document.title);
    attempt("storage", () => localStorage.setItem("x", "1"));
    attempt("top", () => { top.location = "https://example.org/"; });
    const image = document.getElementById("own");
    const loaded = new Promise((resolve) => { image.onload = image.onerror = resolve; if (image.complete) resolve(); });
    fetch("/health").then(() => said.push("fetch done"), () => said.push("fetch refused")).then(() => loaded).then(() => {
      said.push("image " + image.naturalWidth);
      document.getElementById("out").textContent = said.join(", ");
    });
  </script>`;
  const page = await open(
    { "report.html": report, "plot.png": PIXEL },
    "/report.html",
    /connect-src|violates the document's Content Security Policy|Unsafe attempt|Failed to navigate/,
  );

  const frame = page.frameLocator("iframe.html-frame");
  await frame.locator("#out", { hasText: "image" }).waitFor();
  expect(await frame.locator("#out").textContent()).toBe(
    "parent SecurityError, storage SecurityError, top SecurityError, fetch refused, image 1",
  );
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

test("a hostile picture is a picture: its scripts do nothing", async () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" onload="parent.hacked=1"><script>parent.hacked = 1</script><rect width="20" height="10" fill="teal"/></svg>`;
  const page = await open({ "evil.svg": svg }, "/evil.svg");

  await page.getByText("20 × 10 px").waitFor();
  expect(await page.locator("main svg script, iframe, object, embed").count()).toBe(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

test("hostile Markdown is text; its own pictures and links work", async () => {
  const page = await open(
    {
      "docs/read.md":
        "# Read\n\n<script>window.hacked = 1</script>\n\n![own](../plot.png)\n\n![foreign](https://example.org/x.png)\n\n[other](more.md) [js](javascript:window.hacked=1)\n\n<iframe src=//example.org></iframe>\n",
      "docs/more.md": "# More\n",
      "plot.png": PIXEL,
    },
    "/docs/read.md",
  );

  await page.getByRole("heading", { name: "Read", exact: true }).waitFor();
  await expect
    .poll(() =>
      page
        .locator(".markdown img")
        .evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth)),
    )
    .toEqual([1]);
  expect(await page.locator(".markdown").textContent()).toContain(
    "<script>window.hacked = 1</script>",
  );
  expect(await page.locator(".markdown script, .markdown iframe").count()).toBe(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  await page.getByRole("link", { name: "other" }).click();
  await page.getByRole("heading", { name: "More", exact: true }).waitFor();
});

test("JSON with hostile keys and huge numbers is a tree of exactly that", async () => {
  const page = await open(
    {
      "evil.json":
        '{"__proto__": {"polluted": true}, "n": 12345678901234567890, "html": "<b>x</b>"}',
    },
    "/evil.json",
  );

  await page.getByRole("treeitem", { name: "__proto__" }).waitFor();
  await page.getByText("12345678901234567890").waitFor();
  await page.getByText("<b>x</b>").waitFor();
  expect(await page.evaluate(() => "polluted" in {})).toBe(false);
});

test("a CSV sorts by a click and loads more when asked", async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => `${(i * 7919) % 60_000},"text, ${i}"`);
  const page = await open({ "big.csv": `n,label\n${rows.join("\n")}\n` }, "/big.csv");
  const firstCell = page.locator(".virtual-table tbody tr[aria-rowindex='2'] td").nth(1);

  await expect.poll(() => firstCell.textContent()).toBe("0");
  await page.getByRole("button", { name: "n", exact: true }).click();
  await page.getByRole("button", { name: "n", exact: true }).click();
  await expect.poll(async () => Number(await firstCell.textContent())).toBeGreaterThan(59_000);
  const before = await page.locator(".page-foot b").last().textContent();
  await page.getByRole("button", { name: /^Load next/ }).click();
  await expect.poll(() => page.locator(".page-foot b").last().textContent()).not.toBe(before);
});

test("a long log shows its beginning at once and its end on demand", async () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => `line ${i} of the log`);
  const page = await open({ "train.log": `${lines.join("\n")}\n` }, "/train.log");

  await page.locator(".text-code", { hasText: "line 0 of the log" }).first().waitFor();
  await page.getByRole("button", { name: "Jump to the end" }).click();
  await page.locator(".text-code", { hasText: "line 39999 of the log" }).waitFor();
  await page.getByRole("searchbox", { name: "Find" }).fill("line 39998 ");
  await page.getByText("1 found").waitFor();
});

test("damaged, empty, unknown and missing files each say what they are", async () => {
  const page = await open(
    {
      "broken.json": '{"a": [1,',
      "empty.txt": "",
      "model.pkl": Uint8Array.from([0x80, 4, 0, 1, 2]),
      "bad.parquet": "PAR1 but no more",
      "bad.npy": "no array",
    },
    "/broken.json",
  );
  const go = (path: string): Promise<void> =>
    page.evaluate((hash) => {
      location.hash = hash;
    }, `${ARTIFACTS}/${path}`);

  await page.getByText("This file is damaged").waitFor();
  await page.getByText('{"a": [1,').waitFor();
  await go("empty.txt");
  await page.getByText("The file is empty").waitFor();
  await go("model.pkl");
  await page.getByText("80 04 00 01 02").waitFor();
  await go("bad.parquet");
  await page.getByRole("alert").waitFor();
  await go("bad.npy");
  await page.getByText("it does not begin as a .npy file").waitFor();
  await go("no/such.txt");
  await page.getByText("There is no artifact 'no/such.txt'").waitFor();
});

test("the pictures of a folder stand beside one another, and those of steps are one with a slider", async () => {
  const at = (step: number): string => `images/val+step+${step}+timestamp+${step}+abc.png`;
  const page = await open({ [at(0)]: PIXEL, [at(10)]: PIXEL, "images/plot.png": PIXEL }, "/images");
  const gallery = page.getByRole("region", { name: "Pictures of this folder" });

  await gallery.getByRole("link", { name: "val" }).waitFor();
  expect(await gallery.getByRole("link").allInnerTexts()).toEqual(["plot.png", "val"]);
  await gallery.getByRole("slider").fill("0");
  const link = gallery.getByRole("link", { name: "val" });
  await expect.poll(() => link.getAttribute("title")).toBe(at(0));
  await link.click();
  await page.getByText("1 × 1 px").waitFor();
});

test("a picture of several runs is compared side by side, on a phone after its list of files", async () => {
  const other = "f".repeat(32);
  const files = { "artifacts/plots/a.png": PIXEL };
  const server = await serve(await makeRunTree(files, { [other]: files }));
  const compare = `#/compare-runs?runs=${RUN_ID},${other}&tab=artifacts`;
  const { page } = await openPage(`${server.url}/${compare}&f=plots/a.png`);

  const pictures = page.locator(".compare-preview img");
  await pictures.nth(1).waitFor();
  for (const picture of await pictures.all()) {
    expect(await picture.isVisible()).toBe(true);
    const stage = await picture.locator("xpath=..").boundingBox();
    expect(stage?.height).toBeGreaterThan(100);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  const list = page.getByRole("navigation", { name: "Files of these runs" });
  await list.waitFor({ state: "hidden" });
  await page.getByRole("link", { name: "All files" }).click();
  await list.waitFor();
});
